import type { RpcStream } from "./rpc-stream.js";

/** What a stream needs of the connection that it is part of. */
export interface StreamSide {
  readonly peer: string;
  /** False while the connection asks to wait. */
  readonly writable: boolean;
  sendData(serial: number, bytes: Uint8Array): void;
  sendHole(serial: number, length: bigint): void;
  sendFinish(serial: number): void;
  sendAbort(serial: number): void;
  /** Stops reading the whole connection until `resume`. */
  pause(stream: RpcStream): void;
  resume(stream: RpcStream): void;
  /** The stream has ended. */
  forget(stream: RpcStream): void;
}
