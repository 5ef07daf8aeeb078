import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FrameDecoder, readPacket } from "../../src/protocol/index.js";

/** A packet that passed through the recorder. */
export interface RecordedPacket {
  readonly fromClient: boolean;
  readonly program: number;
  readonly procedure: number;
  readonly type: number;
  readonly status: number;
  readonly serial: number;
  /** With length word and header. */
  readonly bytes: Uint8Array;
}

/** Stands between a client and a daemon, passes every byte on and keeps the packets. */
export interface Recorder {
  readonly socket: string;
  readonly packets: readonly RecordedPacket[];
  stop(): Promise<void>;
}

export async function startRecorder(daemonSocket: string): Promise<Recorder> {
  const dir = await mkdtemp(join(tmpdir(), "recorder-"));
  const socket = join(dir, "sock");
  const packets: RecordedPacket[] = [];
  const open = new Set<Socket>();
  const pass = (from: Socket, to: Socket, fromClient: boolean): void => {
    open.add(from);
    // Whoever records must not keep a test run from ending.
    from.unref();
    let frames: FrameDecoder | undefined = new FrameDecoder((packet) => {
      const bytes = new Uint8Array(packet);
      const { prog, proc, type, status, serial } = readPacket(bytes).header;
      packets.push({ fromClient, program: prog, procedure: proc, type, status, serial, bytes });
    });
    from.on("data", (chunk) => {
      try {
        frames?.push(chunk);
      } catch {
        // Not this protocol: the daemon shall say so, not we. From here on there are no packets.
        frames = undefined;
      }
      if (to.write(chunk)) return;
      from.pause();
      to.once("drain", () => from.resume());
    });
    from.on("end", () => to.end());
    from.on("error", () => to.destroy());
    from.on("close", () => open.delete(from));
  };
  const server = createServer((client) => {
    const daemon = connect({ path: daemonSocket });
    pass(client, daemon, true);
    pass(daemon, client, false);
  });
  server.listen(socket).unref();
  await once(server, "listening");
  return {
    socket,
    packets,
    async stop() {
      for (const one of open) one.destroy();
      server.close();
      await once(server, "close");
      await rm(dir, { recursive: true });
    },
  };
}
