import { ConnectDriver, eventRoutes } from "./connect/index.js";
import { DEFAULT_DOMAIN, DomainDriver, DomainPark, type DomainSeed } from "./domains/index.js";
import { EventBoard } from "./event-board.js";
import { FaultBox, type Faults } from "./faults.js";
import { HostDriver, type HostFacts } from "./host/index.js";
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

/** What a hypervisor has from the beginning, as documents. What can run does, unless it says otherwise. */
export interface Contents {
  readonly domains?: readonly (string | ({ readonly xml: string } & DomainSeed))[];
  readonly networks?: readonly string[];
  readonly interfaces?: readonly string[];
  /** Storage pools, with their volumes. */
  readonly pools?: readonly (string | { readonly xml: string; readonly volumes?: readonly string[] })[];
  readonly nodeDevices?: readonly string[];
}

const DEFAULT_CONTENTS: Contents = {
  domains: [DEFAULT_DOMAIN],
  networks: [DEFAULT_NETWORK],
  interfaces: [DEFAULT_INTERFACE],
  pools: [DEFAULT_POOL],
  nodeDevices: DEFAULT_DEVICES,
};

export interface HypervisorOptions {
  /** The URI that clients open, `test:///default` by default. */
  readonly uri?: string;
  /**
   * The version of libvirt as which it introduces itself, 12.8.0 by default: major * 1,000,000 + minor * 1000 + release.
   * Procedures that came later are unknown to it. 1.0.0 is the oldest.
   */
  readonly libVersion?: number;
  /** What is there from the beginning: what `test:///default` has, unless told otherwise; `{}` for nothing. */
  readonly contents?: Contents;
  /** What it says of its host. */
  readonly host?: Partial<HostFacts>;
  /** Bytes that all volumes may keep together, in memory; 1 GiB by default. Holes are not counted. */
  readonly storageLimit?: number;
}

const LIB_VERSION = 12_008_000;
const STORAGE_LIMIT = 1024 ** 3;

/** A hypervisor that runs no machines: it keeps what it is told, and behaves as libvirt's own test driver does. */
export class Hypervisor {
  readonly uri: string;
  readonly libVersion: number;
  readonly events: EventBoard = new EventBoard();
  /** @internal */
  readonly faultBox: FaultBox = new FaultBox();
  readonly domains: DomainDriver;
  readonly networks: NetworkDriver;
  readonly interfaces: InterfaceDriver;
  readonly nodeDevices: NodeDeviceDriver;
  readonly storage: StorageDriver;
  private readonly drivers: readonly TestDriver[];

  constructor(options: HypervisorOptions = {}) {
    const {
      uri = "test:///default",
      libVersion = LIB_VERSION,
      storageLimit = STORAGE_LIMIT,
      contents,
      host,
    } = options;
    this.uri = uri;
    this.libVersion = libVersion;
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
      new HostDriver(host),
      this.domains,
      moments,
      this.networks,
      this.interfaces,
      this.nodeDevices,
      this.storage,
      new SecretDriver(this.events),
      new NwfilterDriver(),
    ];
    this.fill(contents ?? DEFAULT_CONTENTS);
  }

  /** What goes wrong here from now on; `{}` for nothing. */
  get faults(): Faults {
    return this.faultBox.faults;
  }

  set faults(faults: Faults) {
    this.faultBox.faults = faults;
  }

  /** @internal Everything that it answers. */
  get routes(): readonly TestRoute[] {
    return this.drivers.flatMap(({ routes }) => routes);
  }

  private fill({
    domains = [],
    networks = [],
    interfaces = [],
    pools = [],
    nodeDevices = [],
  }: Contents): void {
    for (const xml of nodeDevices) this.nodeDevices.seed(xml);
    for (const xml of networks) this.networks.seed(xml);
    for (const xml of interfaces) this.interfaces.seed(xml);
    for (const each of pools) {
      const { xml, volumes = [] } = typeof each === "string" ? { xml: each } : each;
      const pool = this.storage.seed(xml);
      for (const volume of volumes) this.storage.seedVolume(pool, volume);
    }
    for (const each of domains) {
      const { xml, ...how } = typeof each === "string" ? { xml: each } : each;
      this.domains.seed(xml, how);
    }
  }
}
