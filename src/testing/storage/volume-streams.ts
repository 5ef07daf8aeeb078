import { ErrorDomain, ErrorNumber } from "../../protocol/generated/constants/index.js";
import type { ServedStream, StreamHole } from "../../protocol/server/index.js";
import { refuse } from "../refuse.js";
import type { TestVolume } from "./volume.js";

/** What a client wants to read or to write. */
export interface Stretch {
  readonly offset: bigint;
  /** 0 for all that follows. */
  readonly length: bigint;
  /** Whether holes may travel as such. */
  readonly sparse: boolean;
}

/** Bytes that a hypervisor keeps at the most, of all its volumes together. */
export interface Budget {
  /** @throws Error if so many more would be too many. */
  take(bytes: bigint): void;
}

const ENOSPC = 28;
/** Zeros are made in pieces of this size where holes may not travel. */
const ZEROS = new Uint8Array(262_120);

/** The bytes of a volume, from a place on. */
export function download({ bytes }: TestVolume, { offset, length, sparse }: Stretch): ServedStream {
  const last = length === 0n ? bytes.size : offset + length;
  const end = last < bytes.size ? last : bytes.size;
  return { source: read() };

  async function* read(): AsyncGenerator<Uint8Array | StreamHole> {
    if (offset >= end) return;
    for (const extent of bytes.read(offset, end)) {
      if ("data" in extent) yield extent.data;
      else if (sparse) yield extent;
      else yield* zeros(extent.hole);
    }
  }
}

function* zeros(count: bigint): Generator<Uint8Array> {
  for (let left = count; left > 0n; ) {
    const size = left < BigInt(ZEROS.length) ? Number(left) : ZEROS.length;
    yield ZEROS.subarray(0, size);
    left -= BigInt(size);
  }
}

/** Takes bytes into a volume, from a place on. */
export function upload(
  volume: TestVolume,
  { offset, length, sparse }: Stretch,
  budget: Budget,
): ServedStream {
  const { bytes } = volume;
  let at = offset;
  const room = (size: bigint): void => {
    if (length === 0n || at + size <= offset + length) return;
    const message = "cannot write to stream: No space left on device";
    throw refuse(ErrorNumber.SYSTEM_ERROR, ErrorDomain.STREAMS, message, { int1: ENOSPC });
  };
  return {
    sink: {
      write: (data) => {
        room(BigInt(data.length));
        budget.take(BigInt(data.length));
        bytes.write(at, data);
        at += BigInt(data.length);
      },
      ...(sparse && {
        hole: (size: bigint) => {
          room(size);
          bytes.punch(at, size);
          at += size;
        },
      }),
      finish: () => undefined,
    },
  };
}
