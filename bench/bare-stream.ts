import {
  REMOTE_PROC_STORAGE_VOL_DOWNLOAD,
  REMOTE_PROC_STORAGE_VOL_UPLOAD,
  type RemoteNonnullStorageVol,
} from "../src/protocol/generated/remote/index.js";
import { MAX_CHUNK } from "../src/protocol/streams/index.js";
import { BareSocket, callBytes, packetBytes } from "./bare-socket.js";

const EMPTY = 28;
const STREAM = 3;
const [CONTINUE, FINISH] = [2, 0];

/** What a copy through a socket costs when nothing is made of the bytes: packets are passed over, not looked into. */
export class BareStream {
  readonly #socket: BareSocket;
  #serial = 1;

  private constructor(socket: BareSocket) {
    this.#socket = socket;
  }

  static async open(path: string): Promise<BareStream> {
    return new BareStream(await BareSocket.open(path, "qemu:///system"));
  }

  async download(vol: RemoteNonnullStorageVol): Promise<void> {
    const procedure = REMOTE_PROC_STORAGE_VOL_DOWNLOAD;
    const serial = ++this.#serial;
    await this.#socket.send(
      callBytes(procedure, { vol, offset: 0n, length: 0n, flags: 0 }, serial),
      Infinity,
      packets(),
    );
    await this.#socket.send(this.#packet(procedure.number, serial, FINISH), EMPTY);
  }

  /** Uploads the same block so many times. */
  async upload(vol: RemoteNonnullStorageVol, block: Uint8Array, count: number): Promise<void> {
    const { number } = REMOTE_PROC_STORAGE_VOL_UPLOAD;
    const serial = ++this.#serial;
    const length = BigInt(block.length * count);
    await this.#socket.send(
      callBytes(REMOTE_PROC_STORAGE_VOL_UPLOAD, { vol, offset: 0n, length, flags: 0 }, serial),
      EMPTY,
    );
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < block.length; at += MAX_CHUNK) {
      const data = block.subarray(at, at + MAX_CHUNK);
      pieces.push(this.#packet(number, serial, CONTINUE, data.length), data);
    }
    for (let i = 0; i < count; i++) await this.#socket.push(...pieces);
    await this.#socket.send(this.#packet(number, serial, FINISH), EMPTY);
  }

  close(): void {
    this.#socket.close();
  }

  #packet(proc: number, serial: number, status: number, more = 0): Uint8Array {
    const { program } = REMOTE_PROC_STORAGE_VOL_UPLOAD;
    const bytes = packetBytes({
      prog: program.id,
      vers: program.version,
      proc,
      type: STREAM,
      serial,
      status,
    });
    new DataView(bytes.buffer).setUint32(0, EMPTY + more);
    return bytes;
  }
}

/** Tells when an empty packet has come behind the reply: the end of the data. */
function packets(): (chunk: Buffer) => boolean {
  let seen = 0;
  let left = 0;
  let word: number[] = [];
  return (chunk) => {
    for (let at = 0; at < chunk.length; ) {
      if (left === 0) {
        word.push(chunk[at++] as number);
        if (word.length < 4) continue;
        const length = Buffer.from(word).readUInt32BE(0);
        word = [];
        left = length - 4;
        if (length === EMPTY) seen++;
      } else {
        const step = Math.min(left, chunk.length - at);
        left -= step;
        at += step;
      }
      if (seen === 2 && left === 0) return true;
    }
    return false;
  };
}
