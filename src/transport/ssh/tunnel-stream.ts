import { Duplex, type Readable, type Writable } from "node:stream";

/** The two directions of a tunnel, and how it is ended. */
export interface TunnelEnds {
  readonly readable: Readable;
  readonly writable: Writable;
  /** Called once, when nobody needs it any more. */
  readonly close: () => void;
}

/** A tunnel as one stream. Whoever makes it tells it of the far side's end (`push(null)`) and of failures. */
export function tunnelStream({ readable, writable, close }: TunnelEnds): Duplex {
  const stream = new Duplex({
    allowHalfOpen: false,
    read: () => void readable.resume(),
    write: (chunk: Uint8Array, _encoding, done) => void writable.write(chunk, () => done()),
    final: (done) => void writable.end(() => done()),
    destroy: (error, done) => {
      close();
      done(error);
    },
  });
  readable.on("data", (chunk: Uint8Array) => {
    if (!stream.destroyed && !stream.push(chunk)) readable.pause();
  });
  readable.pause();
  // Its end tells more.
  writable.on("error", () => {});
  return stream;
}
