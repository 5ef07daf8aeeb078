import type { Codec, XdrReader, XdrWriter } from "./xdr-codec/index.js";

/** An RPC program: a numbered, versioned set of procedures. */
export interface Program {
  readonly name: string;
  readonly id: number;
  readonly version: number;
}

/** Which way the bytes of a stream flow, seen from the client. */
export type StreamDirection = "read" | "write" | "both";

/** A procedure that the client may call: everything that is needed to call it. */
export interface Procedure<Args, Ret> {
  readonly program: Program;
  readonly number: number;
  /** libvirt's own name, such as `REMOTE_PROC_DOMAIN_GET_INFO`. */
  readonly name: string;
  /** Writes the arguments; throws `XdrError` when one cannot travel. */
  encodeArgs(writer: XdrWriter, args: Args): void;
  /** Reads the result; throws `XdrError` when the bytes cannot be one. */
  decodeRet(reader: XdrReader): Ret;
  /** `high` never waits for a guest and runs on workers of its own at the daemon. */
  readonly priority: "high" | "low";
  /** Set when a successful reply opens a stream. */
  readonly stream?: StreamDirection;
}

/** A procedure with what it takes to answer it, too. */
export interface ServedProcedure extends Procedure<unknown, unknown> {
  readonly args: Codec<unknown>;
  readonly ret: Codec<unknown>;
}

/** A message that the daemon sends on its own account. */
export interface EventProcedure<Msg> {
  readonly program: Program;
  readonly number: number;
  /** libvirt's own name, such as `REMOTE_PROC_DOMAIN_EVENT_CALLBACK_LIFECYCLE`. */
  readonly name: string;
  readonly msg: Codec<Msg>;
}
