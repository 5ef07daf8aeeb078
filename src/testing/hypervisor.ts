import { ConnectDriver, eventRoutes } from "./connect/index.js";
import { DEFAULT_DOMAIN, DomainDriver, DomainPark } from "./domains/index.js";
import { EventBoard } from "./event-board.js";
import { HostDriver } from "./host/index.js";
import { DEFAULT_INTERFACE, InterfaceDriver } from "./interfaces/index.js";
import { MomentDriver } from "./moments/index.js";
import { DEFAULT_NETWORK, NetworkDriver } from "./networks/index.js";
import { DEFAULT_DEVICES, NodeDeviceDriver } from "./node-devices/index.js";
import { NwfilterDriver } from "./nwfilters/index.js";
import { SecretDriver } from "./secrets/index.js";
import type { TestRoute } from "./session.js";
import { DEFAULT_POOL, StorageDriver } from "./storage/index.js";

/** One kind of object of the hypervisor, with the procedures about it. */
export interface TestDriver {
  readonly routes: readonly TestRoute[];
}

export interface HypervisorOptions {
  /** The URI that clients open, `test:///default` by default. */
  readonly uri?: string;
  /**
   * The version of libvirt as which it introduces itself, 12.8.0 by default: major * 1,000,000 + minor * 1000 + release.
   */
  readonly libVersion?: number;
  /** Bytes that all volumes may keep together, in memory; 1 GiB by default. Holes are not counted. */
  readonly storageLimit?: number;
}

const LIB_VERSION = 12_008_000;
const STORAGE_LIMIT = 1024 ** 3;

/** A hypervisor that runs no machines: it keeps what it is told, and behaves as libvirt's own test driver does. */
export class Hypervisor {
  readonly uri: string;
  readonly events: EventBoard = new EventBoard();
  readonly domains: DomainDriver;
  readonly networks: NetworkDriver;
  readonly interfaces: InterfaceDriver;
  readonly nodeDevices: NodeDeviceDriver;
  readonly storage: StorageDriver;
  private readonly drivers: readonly TestDriver[];

  constructor(options: HypervisorOptions = {}) {
    const { uri = "test:///default", libVersion = LIB_VERSION, storageLimit = STORAGE_LIMIT } = options;
    this.uri = uri;
    const park = new DomainPark(this.events);
    const moments = new MomentDriver(park);
    this.networks = new NetworkDriver(this.events);
    this.interfaces = new InterfaceDriver();
    this.storage = new StorageDriver(this.events, BigInt(storageLimit));
    this.nodeDevices = new NodeDeviceDriver(this.events);
    this.domains = new DomainDriver(park, moments, this.networks);
    this.drivers = [
      new ConnectDriver({ uri, libVersion }),
      { routes: eventRoutes(this.events) },
      new HostDriver(),
      this.domains,
      moments,
      this.networks,
      this.interfaces,
      this.nodeDevices,
      this.storage,
      new SecretDriver(this.events),
      new NwfilterDriver(),
    ];
    for (const device of DEFAULT_DEVICES) this.nodeDevices.seed(device);
    this.storage.seed(DEFAULT_POOL);
    this.networks.seed(DEFAULT_NETWORK);
    this.interfaces.seed(DEFAULT_INTERFACE);
    this.domains.seed(DEFAULT_DOMAIN);
  }

  /** Everything that it answers. */
  get routes(): readonly TestRoute[] {
    return this.drivers.flatMap(({ routes }) => routes);
  }
}
