import type { RpcStream } from "../../protocol/streams/index.js";
import type { Course } from "./open-transfer.js";
import type { Meter } from "./progress.js";
import type { Segment } from "./zeros.js";

interface SegmentCourse extends Course {
  readonly meter: Meter;
}

/** What may wait for a loop that is busy with what came before, besides one segment. */
const WAITING = 1024 * 1024;

/**
 * What a daemon sends, holes as such, each time all that has come meanwhile. It is read as fast as the loop takes it, and
 * ends when the daemon has confirmed the end; leaving the loop early aborts the stream.
 */
export async function segmentBatches(
  stream: RpcStream,
  course: SegmentCourse,
): Promise<AsyncGenerator<readonly Segment[], void, undefined>> {
  return await begun(batches(stream, course));
}

/** As {@link segmentBatches}, piece by piece. */
export async function segments(
  stream: RpcStream,
  course: SegmentCourse,
): Promise<AsyncGenerator<Segment, void, undefined>> {
  return await begun(pieces(await segmentBatches(stream, course)));
}

/** One who leaves before the first piece is noticed only by a generator that is on its way: each gives one too many. */
async function begun<T>(
  generator: AsyncGenerator<T, void, undefined>,
): Promise<AsyncGenerator<T, void, undefined>> {
  await generator.next();
  return generator;
}

async function* pieces(
  all: AsyncGenerator<readonly Segment[], void, undefined>,
): AsyncGenerator<Segment, void, undefined> {
  try {
    yield { hole: 0n };
    for await (const batch of all) yield* batch;
  } finally {
    await all.return();
  }
}

async function* batches(
  stream: RpcStream,
  { meter, watch, over }: SegmentCourse,
): AsyncGenerator<readonly Segment[], void, undefined> {
  let waiting: Segment[] = [];
  let bytes = 0;
  let closed: { readonly error: Error | undefined } | undefined;
  let wake = (): void => undefined;
  const take = (segment: Segment, size: number): void => {
    waiting.push(segment);
    bytes += size;
    if (bytes >= WAITING) stream.pause();
    wake();
  };
  watch((error) => stream.abort(error));
  stream.start({
    onData: (data) => {
      meter.data(data.length);
      take({ data }, data.length);
    },
    onHole: (hole) => {
      meter.hole(hole);
      take({ hole }, 0);
    },
    onEnd: () => stream.finish(),
    onDrain: () => undefined,
    onClose: (error) => {
      closed = { error };
      over();
      wake();
    },
  });
  const more = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
    });
  try {
    yield [];
    for (;;) {
      if (waiting.length > 0) {
        const batch = waiting;
        waiting = [];
        bytes = 0;
        // Even while the loop is busy with these.
        stream.resume();
        yield batch;
        continue;
      }
      if (closed !== undefined) break;
      await more();
    }
    const { error } = closed as { readonly error: Error | undefined };
    if (error !== undefined) throw error;
  } finally {
    if (closed === undefined) {
      stream.abort();
      while (closed === undefined) await more();
    }
  }
}
