import type { CloseReason, ConnectionClosedError } from "../../errors/index.js";
import type {
  NetworkEventLifecycleType,
  NetworkMetadataType,
  NodeDeviceEventLifecycleType,
  SecretEventLifecycleType,
  StoragePoolEventLifecycleType,
} from "../../protocol/generated/constants/index.js";
import type { Domain } from "../domain.js";
import type { Network } from "../network.js";
import type { NodeDevice } from "../node-device.js";
import type { Secret } from "../secret.js";
import type { StoragePool } from "../storage-pool.js";
import type { DomainEvent, QemuMonitorEvent } from "./domain-event-types.js";

/** A network was defined, undefined, started or stopped. */
export interface NetworkLifecycleEvent {
  readonly kind: "network.lifecycle";
  readonly network: Network;
  readonly event: NetworkEventLifecycleType;
  /** Always 0 so far. */
  readonly detail: number;
}

/** Title, description or metadata of a network were changed. */
export interface NetworkMetadataChangeEvent {
  readonly kind: "network.metadataChange";
  readonly network: Network;
  readonly type: NetworkMetadataType;
  readonly nsuri?: string | undefined;
}

/** A storage pool was defined, started, built, … */
export interface StoragePoolLifecycleEvent {
  readonly kind: "storagePool.lifecycle";
  readonly storagePool: StoragePool;
  readonly event: StoragePoolEventLifecycleType;
  /** Always 0 so far. */
  readonly detail: number;
}

/** A storage pool looked for its volumes anew. */
export interface StoragePoolRefreshEvent {
  readonly kind: "storagePool.refresh";
  readonly storagePool: StoragePool;
}

/** A device of the host came, went, was defined or undefined. */
export interface NodeDeviceLifecycleEvent {
  readonly kind: "nodeDevice.lifecycle";
  readonly nodeDevice: NodeDevice;
  readonly event: NodeDeviceEventLifecycleType;
  /** Always 0 so far. */
  readonly detail: number;
}

/** A device of the host changed. */
export interface NodeDeviceUpdateEvent {
  readonly kind: "nodeDevice.update";
  readonly nodeDevice: NodeDevice;
}

/** A secret was defined or undefined. */
export interface SecretLifecycleEvent {
  readonly kind: "secret.lifecycle";
  readonly secret: Secret;
  readonly event: SecretEventLifecycleType;
  /** Always 0 so far. */
  readonly detail: number;
}

/** A secret has another value. */
export interface SecretValueChangedEvent {
  readonly kind: "secret.valueChanged";
  readonly secret: Secret;
}

/** The connection has ended, or the daemon has lost its own connection to the hypervisor. */
export interface ConnectionClosedEvent {
  readonly kind: "connection.closed";
  readonly reason: CloseReason;
  /** Of this connection's end; `undefined` if it is the daemon that has lost its own. */
  readonly error: ConnectionClosedError | undefined;
}

/** The connection was lost and is there again: what happened in between nobody has told. */
export interface ConnectionReconnectedEvent {
  readonly kind: "connection.reconnected";
  /** How often it was dialled. */
  readonly attempts: number;
}

/** Everything that a connection tells, discriminated by `kind`. */
export type LibvirtEvent =
  | DomainEvent
  | NetworkLifecycleEvent
  | NetworkMetadataChangeEvent
  | StoragePoolLifecycleEvent
  | StoragePoolRefreshEvent
  | NodeDeviceLifecycleEvent
  | NodeDeviceUpdateEvent
  | SecretLifecycleEvent
  | SecretValueChangedEvent
  | QemuMonitorEvent
  | ConnectionClosedEvent
  | ConnectionReconnectedEvent;

export type EventKind = LibvirtEvent["kind"];

/** The events of some kinds. */
export type EventOf<K extends EventKind> = Extract<LibvirtEvent, { readonly kind: K }>;

interface ObjectsOfFamilies {
  readonly domain: Domain;
  readonly qemu: Domain;
  readonly network: Network;
  readonly storagePool: StoragePool;
  readonly nodeDevice: NodeDevice;
  readonly secret: Secret;
  readonly connection: never;
}

type FamilyOf<K extends EventKind> = K extends `${infer Family}.${string}` ? Family : never;

/** Whose events can be told apart, for some kinds. */
export type ObjectOf<K extends EventKind> = ObjectsOfFamilies[FamilyOf<K> & keyof ObjectsOfFamilies];

/** Which events of a kind are wanted. */
export interface EventFilter<K extends EventKind = EventKind> {
  /** Only those of this object. */
  readonly object?: ObjectOf<K> | undefined;
  /** For `qemu.monitor`: only the event of this name; all of them by default. */
  readonly event?: string | undefined;
  /** For `qemu.monitor`: `event` is a regular expression. */
  readonly regex?: boolean | undefined;
  /** For `qemu.monitor`: `event` may be in any case. */
  readonly ignoreCase?: boolean | undefined;
}
