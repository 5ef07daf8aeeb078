import type { Duplex } from "node:stream";
import { ConnectError } from "../../errors/index.js";
import type { DialOptions } from "../dial-options.js";
import { describeErrno } from "../errno.js";
import { describeTarget, type TunnelTarget } from "../tunnel/target.js";
import type { ConnectionUri } from "../uri.js";
import { shown } from "./child-transport.js";
import { chooseClient } from "./client-choice.js";
import { opened } from "./far-side.js";
import { withSession } from "./ssh2.js";
import { closeSession } from "./ssh2-session.js";
import { tunnelSystemSsh } from "./system-tunnel.js";
import { tunnelStream } from "./tunnel-stream.js";

/** Connects to something on an SSH server's host, by the client and the login that lead to the daemon. */
export async function tunnelSsh(
  uri: ConnectionUri,
  target: TunnelTarget,
  options: DialOptions,
): Promise<Duplex> {
  const { ssh = {}, env = process.env } = options;
  const client = uri.transport === "ssh" ? await chooseClient(uri, ssh, env) : "ssh2";
  if (client === "system") {
    return await tunnelSystemSsh({ ...uri, user: uri.user ?? ssh.username }, target, options);
  }
  return await tunnelSsh2(uri, target, options);
}

async function tunnelSsh2(uri: ConnectionUri, target: TunnelTarget, options: DialOptions): Promise<Duplex> {
  return await withSession(uri, options, async (session, _username, signal) => {
    const { client, peer } = session;
    try {
      const { channel } = await opened(signal, (done) => {
        if ("path" in target) client.openssh_forwardOutStreamLocal(target.path, done);
        else client.forwardOut("127.0.0.1", 0, target.host, target.port, done);
      });
      const stream = tunnelStream({
        readable: channel,
        writable: channel,
        close: () => closeSession(session),
      });
      channel.once("end", () => stream.push(null));
      client.once("close", () => stream.destroy());
      return stream;
    } catch (cause) {
      signal.throwIfAborted();
      throw new ConnectError(
        `${peer} does not connect us to ${describeTarget(target)} (${shown(describeErrno(cause))}). Does it listen there, and does the server's AllowTcpForwarding or AllowStreamLocalForwarding permit it?`,
        { cause },
      );
    }
  });
}
