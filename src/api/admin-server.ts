import type { AdminNonnullServer } from "../protocol/generated/admin/index.js";
import type { AdminFactories } from "./admin-handle.js";
import { AdminServerBase } from "./generated/admin-server-base.js";
import type { Session } from "./session.js";

/** A server inside a daemon: what clients connect to, with its workers and limits. */
export class AdminServer extends AdminServerBase {
  /** Such as "libvirtd". */
  readonly name: string;

  /** @internal Servers come from an admin connection. */
  constructor(session: Session<AdminFactories>, wire: AdminNonnullServer) {
    super(session);
    this.name = wire.name;
  }

  /** @internal */
  get wire(): AdminNonnullServer {
    return { name: this.name };
  }
}
