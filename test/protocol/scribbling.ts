import type { Transport, TransportHandlers } from "../../src/transport/index.js";

/** A transport that uses the memory of what it has delivered for something else at once, as it may. */
export function scribbling(bare: Transport): Transport {
  const scribbled = Object.create(bare) as Transport;
  scribbled.start = (handlers: TransportHandlers): void =>
    bare.start({
      onData: (chunk) => {
        handlers.onData(chunk);
        chunk.fill(0xee);
      },
      onDrain: () => handlers.onDrain(),
      onClose: (error) => handlers.onClose(error),
    });
  for (const name of ["write", "pause", "resume", "end", "destroy"] as const)
    scribbled[name] = bare[name].bind(bare) as never;
  return scribbled;
}
