import type { Socket } from "node:net";
import { type Duplex, pipeline } from "node:stream";
import { ConnectionError, InvalidValueError, isLibvirtError, ProtocolError } from "../../errors/index.js";
import {
  REMOTE_PROC_DOMAIN_GET_XML_DESC,
  REMOTE_PROC_DOMAIN_OPEN_GRAPHICS,
  REMOTE_PROC_DOMAIN_OPEN_GRAPHICS_FD,
  type RemoteNonnullDomain,
} from "../../protocol/generated/remote/index.js";
import { type CallOptions, countDown } from "../../protocol/index.js";
import { socketOf } from "../../transport/descriptors/index.js";
import type { Session } from "../session.js";
import { passDescriptors } from "./channel.js";
import { graphicsTarget } from "./graphics-target.js";

/** VIR_DOMAIN_OPEN_GRAPHICS_SKIPAUTH */
const SKIP_AUTH = 1;

export interface OpenGraphicsArgs {
  readonly dom: RemoteNonnullDomain;
  readonly idx: number;
  readonly flags: number;
}

/** A connection to a display, by a descriptor that the daemon sends, or else through a tunnel. */
export async function openGraphicsFD(
  session: Session<unknown>,
  args: OpenGraphicsArgs,
  options: CallOptions,
): Promise<Duplex> {
  const remaining = countDown(options);
  try {
    const procedure = REMOTE_PROC_DOMAIN_OPEN_GRAPHICS_FD;
    const { received } = await passDescriptors(session, procedure, args, [], remaining());
    const [handle, ...others] = received;
    for (const unasked of others) unasked.close();
    if (handle !== undefined) return socketOf(handle);
    throw new ProtocolError(`${session.rpc.peer} answered ${procedure.name} without a descriptor`);
  } catch (error) {
    return await tunnelInstead(error, session, args, remaining());
  }
}

/** Hands a socket of the caller's to a display, or else joins it with a tunnel there. */
export async function openGraphics(
  session: Session<unknown>,
  args: OpenGraphicsArgs,
  socket: Socket,
  options: CallOptions,
): Promise<void> {
  const procedure = REMOTE_PROC_DOMAIN_OPEN_GRAPHICS;
  if (typeof socket !== "object" || socket === null || !("_handle" in socket)) {
    throw new InvalidValueError(`openGraphics needs an open socket of node:net, got a ${typeof socket}`);
  }
  const remaining = countDown(options);
  try {
    const { received } = await passDescriptors(session, procedure, args, [socket], remaining());
    for (const unasked of received) unasked.close();
  } catch (error) {
    const tunnel = await tunnelInstead(error, session, args, remaining());
    // Each end's error and end reaches the other; there is nobody to tell besides.
    pipeline(socket, tunnel, socket, () => {});
  }
}

async function tunnelInstead(
  why: unknown,
  session: Session<unknown>,
  { dom, idx, flags }: OpenGraphicsArgs,
  options: CallOptions,
): Promise<Duplex> {
  const { again } = session;
  if (!isLibvirtError(why, "DESCRIPTORS_UNSUPPORTED") || again === undefined) throw why;
  if ((flags & SKIP_AUTH) !== 0) {
    throw new ConnectionError(
      "DESCRIPTORS_UNSUPPORTED",
      `${why.message} Only a display that is opened so can be told to skip its authentication; leave SKIPAUTH out to go through a tunnel.`,
      { cause: why },
    );
  }
  const remaining = countDown(options);
  const args = { dom, flags: 0 };
  const { xml } = await session.call(REMOTE_PROC_DOMAIN_GET_XML_DESC, args, remaining());
  const { dialTunnel } = await import("../../transport/tunnel/index.js");
  const way = await again.way();
  return await dialTunnel(way.uri, graphicsTarget(xml, idx), { ...way.options, ...remaining() });
}
