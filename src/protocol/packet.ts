import {
  VIR_NET_MESSAGE_HEADER_MAX,
  VIR_NET_MESSAGE_LEN_MAX,
  VIR_NET_MESSAGE_MAX,
  VIR_NET_MESSAGE_NUM_FDS_MAX,
  VirNetMessageHeader,
  VirNetMessageStatus,
  VirNetMessageType,
} from "./generated/net/index.js";
import type { Procedure } from "./procedure.js";
import { XdrReader, type XdrWriter } from "./xdr-codec/index.js";

/** Size of the length word, which counts itself. */
export const LENGTH_SIZE: number = VIR_NET_MESSAGE_LEN_MAX;
export const HEADER_SIZE: number = VIR_NET_MESSAGE_HEADER_MAX;
/** The longest packet that a daemon takes or sends, with its length word. */
export const MAX_PACKET: number = VIR_NET_MESSAGE_MAX + VIR_NET_MESSAGE_LEN_MAX;
/** The most file descriptors that travel with one packet. */
export const MAX_DESCRIPTORS: number = VIR_NET_MESSAGE_NUM_FDS_MAX;

/** A packet as it arrived: its header, and a reader that stands at the first byte of the payload. */
export interface Packet {
  readonly header: VirNetMessageHeader;
  readonly payload: XdrReader;
}

/** A packet of one's own, of one that is only lent. */
export function keep(packet: Uint8Array): Uint8Array {
  return new Uint8Array(packet);
}

export function readPacket(bytes: Uint8Array): Packet {
  const payload = new XdrReader(bytes, LENGTH_SIZE);
  return { header: VirNetMessageHeader.decode(payload), payload };
}

/** Appends a whole call. When the arguments are refused, the writer is as it was before. */
export function writeCall<Args>(
  writer: XdrWriter,
  procedure: Procedure<Args, unknown>,
  args: Args,
  serial: number,
): void {
  const { program, number: proc } = procedure;
  const { CALL: type } = VirNetMessageType;
  const { OK: status } = VirNetMessageStatus;
  const start = writer.length;
  try {
    writer.uint(0);
    VirNetMessageHeader.encode(writer, {
      prog: program.id,
      vers: program.version,
      proc,
      type,
      serial,
      status,
    });
    procedure.encodeArgs(writer, args);
    close(writer, start);
  } catch (error) {
    writer.truncate(start);
    throw error;
  }
}

/** Appends a whole packet. When `writePayload` throws, the writer is as it was before. */
export function writePacket(
  writer: XdrWriter,
  header: VirNetMessageHeader,
  writePayload?: (writer: XdrWriter) => void,
): void {
  const start = writer.length;
  try {
    writer.uint(0);
    VirNetMessageHeader.encode(writer, header);
    writePayload?.(writer);
    close(writer, start);
  } catch (error) {
    writer.truncate(start);
    throw error;
  }
}

/** Fills in the length of the packet that began at `start`. */
function close(writer: XdrWriter, start: number): void {
  const length = writer.length - start;
  if (length > MAX_PACKET) {
    writer.fail(`the packet would take ${length} bytes, a daemon takes ${MAX_PACKET} at most`);
  }
  writer.patchUint(start, length);
}
