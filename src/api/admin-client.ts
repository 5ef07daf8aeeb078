import type { AdminNonnullClient } from "../protocol/generated/admin/index.js";
import type { AdminFactories } from "./admin-handle.js";
import type { AdminServer } from "./admin-server.js";
import { AdminClientBase } from "./generated/admin-client-base.js";
import type { Session } from "./session.js";

/** Somebody who is connected to a server of a daemon. */
export class AdminClient extends AdminClientBase {
  /** The server that it is connected to. */
  readonly server: AdminServer;
  /** Unique for as long as the daemon runs. */
  readonly id: bigint;
  /** When it connected, in seconds since 1970. */
  readonly timestamp: bigint;
  /** How it is connected: `ClientTransport`. */
  readonly transport: number;

  /** @internal Clients come from a server. */
  constructor(session: Session<AdminFactories>, wire: AdminNonnullClient) {
    super(session);
    this.server = session.make.adminServer(wire.srv);
    this.id = wire.id;
    this.timestamp = wire.timestamp;
    this.transport = wire.transport;
  }

  /** @internal */
  get wire(): AdminNonnullClient {
    return { srv: this.server.wire, id: this.id, timestamp: this.timestamp, transport: this.transport };
  }
}
