import type { AdminNonnullClient, AdminNonnullServer } from "../protocol/generated/admin/index.js";
import type { AdminClient } from "./admin-client.js";
import type { AdminServer } from "./admin-server.js";
import { RemoteHandle } from "./remote-handle.js";

/** Makes handles out of what the admin program sends. */
export interface AdminFactories {
  adminServer(wire: AdminNonnullServer): AdminServer;
  adminClient(wire: AdminNonnullClient): AdminClient;
}

/** Base of every object of the admin interface. */
export abstract class AdminHandle extends RemoteHandle<AdminFactories> {}
