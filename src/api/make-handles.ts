import type { Connection } from "./connection.js";
import { Domain } from "./domain.js";
import { DomainCheckpoint } from "./domain-checkpoint.js";
import { DomainSnapshot } from "./domain-snapshot.js";
import type { HandleFactories } from "./handle-factories.js";
import { Interface } from "./interface.js";
import { Network } from "./network.js";
import { NetworkPort } from "./network-port.js";
import { NodeDevice } from "./node-device.js";
import { NWFilter } from "./nw-filter.js";
import { NWFilterBinding } from "./nw-filter-binding.js";
import { Secret } from "./secret.js";
import type { Session } from "./session.js";
import { StoragePool } from "./storage-pool.js";
import { StorageVol } from "./storage-vol.js";

/** The factories of one connection. */
export function makeHandles(
  session: Session<HandleFactories>,
  connection: () => Connection,
): HandleFactories {
  return {
    connection,
    domain: (wire) => new Domain(session, wire),
    domainSnapshot: (wire) => new DomainSnapshot(session, wire),
    domainCheckpoint: (wire) => new DomainCheckpoint(session, wire),
    network: (wire) => new Network(session, wire),
    networkPort: (wire) => new NetworkPort(session, wire),
    interface: (wire) => new Interface(session, wire),
    nodeDevice: (wire) => new NodeDevice(session, wire),
    nwFilter: (wire) => new NWFilter(session, wire),
    nwFilterBinding: (wire) => new NWFilterBinding(session, wire),
    secret: (wire) => new Secret(session, wire),
    storagePool: (wire) => new StoragePool(session, wire),
    storageVol: (wire) => new StorageVol(session, wire),
  };
}
