import type {
  RemoteNonnullDomain,
  RemoteNonnullDomainCheckpoint,
  RemoteNonnullDomainSnapshot,
  RemoteNonnullInterface,
  RemoteNonnullNetwork,
  RemoteNonnullNetworkPort,
  RemoteNonnullNodeDevice,
  RemoteNonnullNwfilter,
  RemoteNonnullNwfilterBinding,
  RemoteNonnullSecret,
  RemoteNonnullStoragePool,
  RemoteNonnullStorageVol,
} from "../protocol/generated/remote/index.js";
import type { Connection } from "./connection.js";
import type { Domain } from "./domain.js";
import type { DomainCheckpoint } from "./domain-checkpoint.js";
import type { DomainSnapshot } from "./domain-snapshot.js";
import type { Interface } from "./interface.js";
import type { Network } from "./network.js";
import type { NetworkPort } from "./network-port.js";
import type { NodeDevice } from "./node-device.js";
import type { NWFilter } from "./nw-filter.js";
import type { NWFilterBinding } from "./nw-filter-binding.js";
import type { Secret } from "./secret.js";
import type { StoragePool } from "./storage-pool.js";
import type { StorageVol } from "./storage-vol.js";

/**
 * Makes handles out of what the daemon sends. Domains give snapshots and volumes give pools and the other way round:
 * classes get each other from here, so that none of them has to import another.
 */
export interface HandleFactories {
  /** The connection that all of them belong to. */
  connection(): Connection;
  domain(wire: RemoteNonnullDomain): Domain;
  domainSnapshot(wire: RemoteNonnullDomainSnapshot): DomainSnapshot;
  domainCheckpoint(wire: RemoteNonnullDomainCheckpoint): DomainCheckpoint;
  network(wire: RemoteNonnullNetwork): Network;
  networkPort(wire: RemoteNonnullNetworkPort): NetworkPort;
  interface(wire: RemoteNonnullInterface): Interface;
  nodeDevice(wire: RemoteNonnullNodeDevice): NodeDevice;
  nwFilter(wire: RemoteNonnullNwfilter): NWFilter;
  nwFilterBinding(wire: RemoteNonnullNwfilterBinding): NWFilterBinding;
  secret(wire: RemoteNonnullSecret): Secret;
  storagePool(wire: RemoteNonnullStoragePool): StoragePool;
  storageVol(wire: RemoteNonnullStorageVol): StorageVol;
}
