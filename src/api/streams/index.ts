import type { FileHandle } from "node:fs/promises";
import type { Readable } from "node:stream";
import { InvalidValueError } from "../../errors/index.js";
import {
  REMOTE_PROC_STORAGE_VOL_DOWNLOAD,
  REMOTE_PROC_STORAGE_VOL_UPLOAD,
  type RemoteNonnullStorageVol,
} from "../../protocol/generated/remote/index.js";
import type { Procedure } from "../../protocol/index.js";
import type { Session } from "../session.js";
import { ConsoleStream } from "./console-stream.js";
import { IncomingStream } from "./incoming-stream.js";
import { openTransfer, type StreamOptions, type Transfer } from "./open-transfer.js";
import { Meter, type OnProgress } from "./progress.js";
import { segmentBatches, segments } from "./segments.js";
import { openSource, type UploadSource } from "./source.js";
import { upload } from "./upload.js";
import { writeToFile } from "./write-to-file.js";
import type { Segment } from "./zeros.js";

/** Which part of a volume is transferred, and how. */
export interface TransferOptions extends StreamOptions {
  /** Bytes of the volume that are passed over at its beginning. */
  readonly offset?: bigint | undefined;
  /** Bytes to transfer; as many as there are by default. */
  readonly length?: bigint | undefined;
  /** Holes do not travel. */
  readonly sparse?: boolean | undefined;
  /** Is told how far the transfer is, with every piece. */
  readonly onProgress?: OnProgress | undefined;
}

/** `VIR_STORAGE_VOL_DOWNLOAD_SPARSE_STREAM`, and the same for uploads. */
const SPARSE_STREAM = 1;

/** @internal */
export async function downloadVolume(
  session: Session<unknown>,
  vol: RemoteNonnullStorageVol,
  options: TransferOptions,
): Promise<Readable> {
  const transfer = await openDownload(session, vol, options);
  const meter = new Meter(options.onProgress, options.length);
  return new IncomingStream(transfer.stream, { ...transfer, meter });
}

/** @internal */
export async function downloadSegments(
  session: Session<unknown>,
  vol: RemoteNonnullStorageVol,
  options: TransferOptions,
): Promise<AsyncGenerator<Segment, void, undefined>> {
  const transfer = await openDownload(session, vol, options);
  const meter = new Meter(options.onProgress, options.length);
  return await segments(transfer.stream, { ...transfer, meter });
}

/** @internal */
export async function downloadToFile(
  session: Session<unknown>,
  vol: RemoteNonnullStorageVol,
  target: string | FileHandle,
  options: TransferOptions,
): Promise<void> {
  await writeToFile(target, async () => {
    const transfer = await openDownload(session, vol, options);
    const meter = new Meter(options.onProgress, options.length);
    return await segmentBatches(transfer.stream, { ...transfer, meter });
  });
}

async function openDownload(
  session: Session<unknown>,
  vol: RemoteNonnullStorageVol,
  options: TransferOptions,
): Promise<Transfer<void>> {
  const { offset = 0n, length = 0n, sparse = false } = options;
  const args = {
    vol,
    offset: checkSize("offset", offset),
    length: checkSize("length", length),
    flags: sparse ? SPARSE_STREAM : 0,
  };
  return await openTransfer(session, REMOTE_PROC_STORAGE_VOL_DOWNLOAD, args, options);
}

/** @internal */
export async function uploadVolume(
  session: Session<unknown>,
  vol: RemoteNonnullStorageVol,
  from: UploadSource,
  options: TransferOptions,
): Promise<void> {
  const { offset = 0n, length, sparse = false, onProgress } = options;
  checkSize("offset", offset);
  if (length !== undefined) checkSize("length", length);
  const source = await openSource(from);
  const total = length ?? source.size;
  try {
    // With a length the daemon itself takes no more than that.
    const args = { vol, offset, length: total ?? 0n, flags: sparse ? SPARSE_STREAM : 0 };
    const transfer = await openTransfer(session, REMOTE_PROC_STORAGE_VOL_UPLOAD, args, options);
    const meter = new Meter(onProgress, total);
    await upload({ ...transfer, source, length: total, sparse, meter });
  } finally {
    // Of one that has nothing to give at the moment, the end may be long in coming.
    source.close().catch(() => undefined);
  }
}

/** @internal A console or a channel. */
export async function openTerminal<Args>(
  session: Session<unknown>,
  procedure: Procedure<Args, void>,
  args: Args,
  options: StreamOptions,
): Promise<ConsoleStream> {
  const transfer = await openTransfer(session, procedure, args, options);
  return new ConsoleStream(transfer.stream, transfer);
}

/** @internal Something that only comes this way, such as a screenshot. */
export async function openIncoming<Args, Ret>(
  session: Session<unknown>,
  procedure: Procedure<Args, Ret>,
  args: Args,
  options: StreamOptions,
): Promise<{ readonly ret: Ret; readonly stream: Readable }> {
  const transfer = await openTransfer(session, procedure, args, options);
  const meter = new Meter(undefined, undefined);
  return { ret: transfer.ret, stream: new IncomingStream(transfer.stream, { ...transfer, meter }) };
}

function checkSize(name: string, value: bigint): bigint {
  if (typeof value === "bigint" && value >= 0n && value < 2n ** 63n) return value;
  throw new InvalidValueError(`${name} must be a bigint of bytes, at least 0n, got ${String(value)}`);
}
