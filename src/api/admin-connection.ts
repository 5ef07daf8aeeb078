import type { ConnectionClosedError } from "../errors/index.js";
import type { AdminFactories } from "./admin-handle.js";
import { AdminConnectionBase } from "./generated/admin-connection-base.js";
import type { Session } from "./session.js";

/** A connection to the admin interface of one daemon, opened by `connectAdmin`. */
export class AdminConnection extends AdminConnectionBase implements AsyncDisposable {
  readonly #uri: string;

  /** @internal Admin connections come from `connectAdmin`. */
  constructor(session: Session<AdminFactories>, uri: string) {
    super(session);
    this.#uri = uri;
  }

  /** Resolves, never rejects, when the connection has ended, with the reason for it. */
  get closed(): Promise<ConnectionClosedError> {
    return this.session.rpc.closed;
  }

  /**
   * Whether the connection is open. It does not ask the daemon.
   *
   * Stands for virAdmConnectIsAlive.
   * @see https://libvirt.org/html/libvirt-libvirt-admin.html#virAdmConnectIsAlive
   */
  isAlive(): boolean {
    return this.session.rpc.open;
  }

  /**
   * The URI that the connection was opened with.
   *
   * Stands for virAdmConnectGetURI.
   * @see https://libvirt.org/html/libvirt-libvirt-admin.html#virAdmConnectGetURI
   */
  getURI(): string {
    return this.#uri;
  }

  /**
   * Takes leave of the daemon and closes the connection. Safe to call more than once.
   *
   * Stands for virAdmConnectClose.
   * @see https://libvirt.org/html/libvirt-libvirt-admin.html#virAdmConnectClose
   */
  close(): Promise<void> {
    return this.session.close();
  }

  /** Closes the connection at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
