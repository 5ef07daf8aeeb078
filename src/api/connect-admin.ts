import { ADMIN_PROC_CONNECT_CLOSE, ADMIN_PROC_CONNECT_OPEN } from "../protocol/generated/admin/index.js";
import { type CallOptions, countDown, RpcClient } from "../protocol/index.js";
import { adminSocketPath, dialUnix, formatUri, parseUri } from "../transport/index.js";
import { AdminClient } from "./admin-client.js";
import { AdminConnection } from "./admin-connection.js";
import type { AdminFactories } from "./admin-handle.js";
import { AdminServer } from "./admin-server.js";
import { Session } from "./session.js";

/** The caller's own libvirtd. */
const DEFAULT_URI = process.geteuid?.() === 0 ? "libvirtd:///system" : "libvirtd:///session";
const DEFAULT_TIMEOUT_MS = 60_000;

/**
 * Opens the admin interface of a daemon of this machine, such as `libvirtd:///system` or `virtqemud:///session`; the
 * caller's own libvirtd by default. The daemon takes nobody but the user that it runs as.
 *
 * Stands for virAdmConnectOpen.
 * @see https://libvirt.org/html/libvirt-libvirt-admin.html#virAdmConnectOpen
 */
export async function connectAdmin(
  uri: string = DEFAULT_URI,
  { timeoutMs = DEFAULT_TIMEOUT_MS, signal }: CallOptions = {},
): Promise<AdminConnection> {
  const remaining = countDown({ timeoutMs, signal });
  const parsed = parseUri(uri);
  const transport = await dialUnix({ path: adminSocketPath(parsed), ...remaining() });
  const rpc = new RpcClient(transport);
  try {
    await rpc.call(ADMIN_PROC_CONNECT_OPEN, { flags: 0 }, remaining());
  } catch (error) {
    rpc.close();
    throw error;
  }
  const session = new Session<AdminFactories>(rpc, {
    factories: makeAdminHandles,
    leave: (client, options) => client.call(ADMIN_PROC_CONNECT_CLOSE, undefined, options),
  });
  return new AdminConnection(session, formatUri(parsed));
}

function makeAdminHandles(session: Session<AdminFactories>): AdminFactories {
  return {
    adminServer: (wire) => new AdminServer(session, wire),
    adminClient: (wire) => new AdminClient(session, wire),
  };
}
