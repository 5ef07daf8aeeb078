import type { EventProcedure } from "../protocol/index.js";
import type { ServerConnection } from "../protocol/server/index.js";

/** The objects whose events clients register for. */
export type EventSubject = "domain" | "network" | "storagePool" | "nodeDevice" | "secret";

/** One client's wish to hear of one kind of event. */
export interface Registration {
  readonly connection: ServerConnection;
  readonly subject: EventSubject;
  /** virDomainEventID, virNetworkEventID and their likes. */
  readonly event: number;
  /** UUID, or name for a node device, of the one object that it is about; `undefined` for all. */
  readonly object: string | undefined;
  /** The number by which the client knows it; -1 for a registration of the old form, which has none. */
  readonly callbackId: number;
}

/** Something that happened, and how it is told. */
export interface Happening<Msg, OldMsg = never> {
  readonly subject: EventSubject;
  readonly event: number;
  readonly object: string;
  readonly procedure: EventProcedure<Msg>;
  message(callbackId: number): Msg;
  /** How it is told to those who registered in the old form. */
  readonly old?: { readonly procedure: EventProcedure<OldMsg>; readonly message: OldMsg };
}

/** Who wants to hear of what, and the telling of it. */
export class EventBoard {
  private readonly registrations = new Set<Registration>();
  /** Connections that are watched already. */
  private readonly watched = new WeakSet<ServerConnection>();

  add(registration: Registration): void {
    this.registrations.add(registration);
    const { connection } = registration;
    if (this.watched.has(connection)) return;
    this.watched.add(connection);
    connection.closed.addEventListener("abort", () => this.forget(connection), { once: true });
  }

  private forget(connection: ServerConnection): void {
    for (const each of Array.from(this.registrations)) {
      if (each.connection === connection) this.registrations.delete(each);
    }
  }

  remove(registration: Registration): void {
    this.registrations.delete(registration);
  }

  find(matches: (registration: Registration) => boolean): Registration | undefined {
    for (const registration of this.registrations) if (matches(registration)) return registration;
    return undefined;
  }

  /** Tells everybody who wants to hear of it, once the call that made it happen has been answered. */
  tell<Msg, OldMsg = never>(happening: Happening<Msg, OldMsg>): void {
    const { subject, event, object, procedure, old } = happening;
    for (const registration of this.registrations) {
      if (registration.subject !== subject || registration.event !== event) continue;
      if (registration.object !== undefined && registration.object !== object) continue;
      const { connection, callbackId } = registration;
      setImmediate(() => {
        if (!this.registrations.has(registration)) return;
        if (callbackId >= 0) connection.send(procedure, happening.message(callbackId));
        else if (old !== undefined) connection.send(old.procedure, old.message);
      });
    }
  }
}
