import { Duplex } from "node:stream";
import type { RpcStream } from "../../protocol/streams/index.js";
import type { Course } from "./open-transfer.js";

/**
 * A guest's console or channel, both ways. `end()` takes leave of it, `destroy()` breaks it off; it ends by itself when
 * the guest's side is closed.
 */
export class ConsoleStream extends Duplex {
  readonly #stream: RpcStream;
  #closed = false;
  #written: (() => void) | undefined;
  #finished: ((error?: Error | null) => void) | undefined;
  #onClosed: (() => void) | undefined;

  /** @internal */
  constructor(stream: RpcStream, { watch, over }: Course) {
    super({ allowHalfOpen: false });
    this.#stream = stream;
    watch((error) => this.destroy(error));
    stream.start({
      onData: (bytes) => {
        if (!this.push(bytes)) stream.pause();
      },
      onHole: () => undefined,
      onEnd: () => {
        this.push(null);
      },
      onDrain: () => this.#continue(),
      onClose: (error) => {
        this.#closed = true;
        over();
        this.#continue();
        if (this.#finished !== undefined) this.#finished(error);
        else if (error !== undefined) this.destroy(error);
        if (error === undefined) this.push(null);
        this.#onClosed?.();
      },
    });
    stream.pause();
  }

  override _read(): void {
    this.#stream.resume();
  }

  override _write(chunk: Uint8Array, _: string, callback: (error?: Error | null) => void): void {
    try {
      if (this.#stream.send(chunk)) callback();
      else this.#written = callback;
    } catch (error) {
      callback(error as Error);
    }
  }

  override _final(callback: (error?: Error | null) => void): void {
    if (!this.#stream.open) {
      callback();
      return;
    }
    this.#finished = callback;
    this.#stream.finish();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    if (this.#closed) {
      callback(error);
      return;
    }
    this.#onClosed = () => callback(error);
    this.#stream.abort(error ?? undefined);
  }

  #continue(): void {
    const written = this.#written;
    this.#written = undefined;
    written?.();
  }
}
