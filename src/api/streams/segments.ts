import type { RpcStream } from "../../protocol/streams/index.js";
import type { Course } from "./open-transfer.js";
import type { Meter } from "./progress.js";
import type { Segment } from "./zeros.js";

/**
 * What a daemon sends, piece by piece, holes as such. It is read as fast as the loop takes it, and ends when the daemon
 * has confirmed the end; leaving the loop early aborts the stream.
 */
export async function segments(
  stream: RpcStream,
  course: Course & { readonly meter: Meter },
): Promise<AsyncGenerator<Segment, void, undefined>> {
  const pieces = read(stream, course);
  // Begun here: one who leaves before the first piece would not be noticed otherwise.
  await pieces.next();
  return pieces;
}

/** Gives one piece too many, in the beginning. */
async function* read(
  stream: RpcStream,
  { meter, watch, over }: Course & { readonly meter: Meter },
): AsyncGenerator<Segment, void, undefined> {
  const waiting: Segment[] = [];
  let closed: { readonly error: Error | undefined } | undefined;
  let wake = (): void => undefined;
  const take = (segment: Segment): void => {
    waiting.push(segment);
    stream.pause();
    wake();
  };
  watch((error) => stream.abort(error));
  stream.start({
    onData: (data) => {
      meter.data(data.length);
      take({ data });
    },
    onHole: (hole) => {
      meter.hole(hole);
      take({ hole });
    },
    onEnd: () => stream.finish(),
    onDrain: () => undefined,
    onClose: (error) => {
      closed = { error };
      over();
      wake();
    },
  });
  const ended = async (): Promise<void> => {
    while (closed === undefined) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  try {
    yield { hole: 0n };
    for (;;) {
      const segment = waiting.shift();
      if (segment !== undefined) {
        yield segment;
        continue;
      }
      if (closed !== undefined) break;
      const next = new Promise<void>((resolve) => {
        wake = resolve;
      });
      stream.resume();
      if (waiting.length === 0 && closed === undefined) await next;
    }
    const { error } = closed as { readonly error: Error | undefined };
    if (error !== undefined) throw error;
  } finally {
    if (closed === undefined) {
      stream.abort();
      await ended();
    }
  }
}
