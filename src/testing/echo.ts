import type { ServedStream } from "../protocol/server/index.js";

/** A stream that gives back what it is sent, and takes no more while that waits to be fetched. */
export function echo(): ServedStream {
  let waiting: Uint8Array | undefined;
  let over = false;
  let wake: () => void = () => undefined;
  const changed = (): Promise<void> =>
    new Promise((resolve) => {
      const before = wake;
      wake = () => {
        before();
        resolve();
      };
    });
  const change = (): void => {
    const woken = wake;
    wake = () => undefined;
    woken();
  };

  async function* source(): AsyncGenerator<Uint8Array> {
    for (;;) {
      while (waiting === undefined && !over) await changed();
      if (waiting === undefined) return;
      const bytes = waiting;
      waiting = undefined;
      change();
      yield bytes;
    }
  }

  return {
    source: source(),
    sink: {
      write: async (bytes) => {
        while (waiting !== undefined && !over) await changed();
        waiting = bytes.slice();
        change();
      },
      finish: () => {
        over = true;
        change();
      },
    },
    ended: () => {
      over = true;
      waiting = undefined;
      change();
    },
  };
}
