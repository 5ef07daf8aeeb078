import { type ConnectionClosedError, InvalidValueError, isLibvirtError } from "../../errors/index.js";
import {
  REMOTE_PROC_CONNECT_EVENT_CONNECTION_CLOSED,
  REMOTE_PROC_CONNECT_REGISTER_CLOSE_CALLBACK,
} from "../../protocol/generated/remote/index.js";
import { DriverFeature, type RpcClient, supportsFeature } from "../../protocol/index.js";
import { publishEvent } from "../diagnostics.js";
import type { HandleFactories } from "../handle-factories.js";
import type { Session } from "../session.js";
import { EVENT_SOURCES, type EventSource, toEvent } from "./event-sources.js";
import type { EventFilter, EventKind, LibvirtEvent } from "./event-types.js";
import { identify } from "./identity.js";
import type { Call } from "./registrar.js";
import { type Consumer, Registration } from "./registration.js";

/** A consumer's place with the hub. */
export interface Subscription {
  /** Resolves when the daemon sends the events; rejects if it will not. */
  readonly ready: Promise<void>;
  readonly release: () => void;
}

/** virConnectCloseReason. */
const CLOSE_REASONS = ["error", "eof", "keepalive", "client"] as const;

/**
 * The events of one connection: asks the daemon once for each kind and object, however many want them, and hands each
 * event to all of them.
 */
export class EventHub {
  readonly #session: Session<HandleFactories>;
  readonly #registrations = new Map<string, Registration>();
  /** Who wants to know of the connection itself. */
  readonly #local = new Map<EventKind, Set<Consumer>>();
  /** Messages that are listened to, on the connection that there is now. */
  #listening = new Map<EventSource, Disposable>();
  /** The connection whose daemon was asked to tell of its own connection to the hypervisor. */
  #watched: { readonly rpc: RpcClient; readonly asked: Promise<void> } | undefined;
  #ended: ConnectionClosedError | undefined;

  constructor(session: Session<HandleFactories>) {
    this.#session = session;
    session.onReconnect(async (rpc, attempts) => await this.#reconnected(rpc, attempts));
    void session.closed.then((error) => this.#end(error));
  }

  /** Gives events of a kind to a consumer until its place is released. */
  subscribe(kind: EventKind, filter: EventFilter, consumer: Consumer): Subscription {
    const source = EVENT_SOURCES.get(kind);
    if (source === undefined) return this.#subscribeLocal(kind, consumer);
    let released = false;
    let registration: Registration | undefined;
    const join = async (): Promise<void> => {
      const legacy = source.legacy !== undefined && !(await this.#hasCallbacks());
      if (released) return;
      registration = this.#registration(source, filter, legacy);
      const entry = legacy ? filtered(consumer, filter) : consumer;
      place = entry;
      registration.consumers.add(entry);
      try {
        await this.#settle(registration);
      } catch (error) {
        registration.consumers.delete(entry);
        this.#tidy(registration);
        throw error;
      }
    };
    let place = consumer;
    return {
      ready: join(),
      release: () => {
        if (released) return;
        released = true;
        if (registration?.consumers.delete(place) === true) void this.#leave(registration);
      },
    };
  }

  /** What cannot be registered since the connection is lost is registered with the next one. */
  async #settle(registration: Registration): Promise<void> {
    try {
      await registration.settle();
    } catch (error) {
      const lost = isLibvirtError(error, "CONNECTION_CLOSED") && this.#session.reconnects;
      if (!lost || this.#ended !== undefined) throw error;
      await registration.renewed();
    }
  }

  #subscribeLocal(kind: EventKind, consumer: Consumer): Subscription {
    if (kind !== "connection.closed" && kind !== "connection.reconnected") {
      const known = [...EVENT_SOURCES.keys(), "connection.closed", "connection.reconnected"].join(", ");
      throw new InvalidValueError(`there are no events of the kind "${String(kind)}"; known are ${known}`);
    }
    const consumers = this.#local.get(kind) ?? new Set();
    this.#local.set(kind, consumers.add(consumer));
    if (this.#ended !== undefined) queueMicrotask(() => this.#tellEnd(kind, consumer));
    return {
      ready: kind === "connection.closed" ? this.#watchDaemon() : Promise.resolve(),
      release: () => {
        consumers.delete(consumer);
      },
    };
  }

  async #hasCallbacks(): Promise<boolean> {
    return await this.#session.supports(DriverFeature.REMOTE_EVENT_CALLBACK);
  }

  #registration(source: EventSource, filter: EventFilter, legacy: boolean): Registration {
    const key = keyOf(source, filter, legacy);
    let registration = this.#registrations.get(key);
    if (registration === undefined) {
      const call: Call = (...args) => this.#session.rpc.call(...args);
      registration = new Registration(call, source, filter, legacy);
      this.#registrations.set(key, registration);
    }
    this.#listen(source, legacy);
    return registration;
  }

  /** Listens before anything is asked for, so that the first event is not missed. */
  #listen(source: EventSource, legacy: boolean): void {
    if (this.#listening.has(source)) return;
    const message = legacy ? (source.legacy ?? source.message) : source.message;
    const listening = this.#session.rpc.on(message, (received) => this.#receive(source, received));
    this.#listening.set(source, listening);
  }

  #receive(source: EventSource, message: unknown): void {
    const { callbackID = -1 } = message as { readonly callbackID?: number };
    for (const registration of this.#registrations.values()) {
      if (registration.source !== source || registration.callbackID !== callbackID) continue;
      const event = toEvent(source, message, this.#session.make);
      publishEvent(event);
      for (const consumer of Array.from(registration.consumers)) consumer.push(event);
    }
  }

  async #leave(registration: Registration): Promise<void> {
    try {
      await registration.settle();
    } catch (error) {
      // The daemon, or the connection, is gone and with it the registration.
      if (!isLibvirtError(error)) throw error;
    }
    this.#tidy(registration);
  }

  #tidy(registration: Registration): void {
    if (registration.consumers.size > 0 || registration.callbackID !== undefined) return;
    const { source, filter, legacy } = registration;
    const key = keyOf(source, filter, legacy);
    if (this.#registrations.get(key) === registration) this.#registrations.delete(key);
    if (Array.from(this.#registrations.values()).some((other) => other.source === source)) return;
    this.#listening.get(source)?.[Symbol.dispose]();
    this.#listening.delete(source);
  }

  /** Has the daemon tell, once and for all, when it loses its own connection to the hypervisor. */
  async #watchDaemon(caller: Pick<RpcClient, "call"> = this.#session): Promise<void> {
    if (!(await supportsFeature(caller, DriverFeature.REMOTE_CLOSE_CALLBACK))) return;
    const { rpc } = this.#session;
    if (this.#watched?.rpc !== rpc) {
      rpc.on(REMOTE_PROC_CONNECT_EVENT_CONNECTION_CLOSED, ({ reason }) => {
        this.#tell({ kind: "connection.closed", reason: CLOSE_REASONS[reason] ?? "error", error: undefined });
      });
      this.#watched = { rpc, asked: caller.call(REMOTE_PROC_CONNECT_REGISTER_CLOSE_CALLBACK, undefined) };
    }
    await this.#watched.asked;
  }

  /** Asks for everything anew, on the new connection itself: others wait until that is done. */
  async #reconnected(rpc: RpcClient, attempts: number): Promise<void> {
    this.#listening = new Map();
    const registrations = Array.from(this.#registrations.values());
    for (const registration of registrations) {
      registration.lost();
      this.#listen(registration.source, registration.legacy);
    }
    if ((this.#local.get("connection.closed")?.size ?? 0) > 0) await this.#watchDaemon(rpc);
    await Promise.all(registrations.map(async (registration) => await this.#renew(registration, rpc)));
    this.#tell({ kind: "connection.reconnected", attempts });
  }

  async #renew(registration: Registration, rpc: RpcClient): Promise<void> {
    try {
      await registration.renew((...args) => rpc.call(...args));
    } catch (error) {
      if (!rpc.open) throw error;
      // This one alone is not to be had any more: its object may be gone.
      registration.giveUp(error);
      this.#tidy(registration);
    }
  }

  #tell(event: LibvirtEvent): void {
    for (const consumer of Array.from(this.#local.get(event.kind) ?? [])) consumer.push(event);
  }

  #end(error: ConnectionClosedError): void {
    this.#ended = error;
    for (const [kind, consumers] of this.#local) {
      for (const consumer of Array.from(consumers)) this.#tellEnd(kind, consumer);
    }
    const registrations = Array.from(this.#registrations.values());
    this.#registrations.clear();
    for (const registration of registrations) registration.giveUp(error, endError(error));
  }

  #tellEnd(kind: EventKind, consumer: Consumer): void {
    const error = this.#ended;
    if (error === undefined) return;
    if (kind === "connection.closed") consumer.push({ kind, reason: error.reason, error });
    consumer.end(endError(error));
  }
}

/** A connection that this program has closed ends its events in good order. */
function endError(error: ConnectionClosedError): Error | undefined {
  return error.reason === "client" ? undefined : error;
}

/** One registration for each: the daemon refuses the same one twice. */
function keyOf({ kind }: EventSource, filter: EventFilter, legacy: boolean): string {
  const { event, regex = false, ignoreCase = false } = filter;
  const monitor = kind === "qemu.monitor" ? [event, regex, ignoreCase] : [];
  return JSON.stringify([kind, legacy ? undefined : identify(filter.object), ...monitor]);
}

/** Old daemons send the events of all objects. */
function filtered(consumer: Consumer, { object }: EventFilter): Consumer {
  const wanted = identify(object);
  if (wanted === undefined) return consumer;
  return {
    push: (event) => {
      if ("domain" in event && event.domain.uuid === wanted) consumer.push(event);
    },
    end: (error) => consumer.end(error),
  };
}
