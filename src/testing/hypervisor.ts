import { ConnectDriver, eventRoutes } from "./connect/index.js";
import { DEFAULT_DOMAIN, DomainDriver, DomainPark, type DomainSeed } from "./domains/index.js";
import { EventBoard } from "./event-board.js";
import { FaultBox, type Faults } from "./faults.js";
import type { StartableSeed } from "./filters.js";
import { HostDriver, type HostFacts } from "./host/index.js";
import { DEFAULT_INTERFACE, InterfaceDriver } from "./interfaces/index.js";
import { MomentDriver } from "./moments/index.js";
import { DEFAULT_NETWORK, NetworkDriver } from "./networks/index.js";
import { DEFAULT_DEVICES, NodeDeviceDriver } from "./node-devices/index.js";
import { NwfilterDriver } from "./nwfilters/index.js";
import { SecretDriver, type SecretSeed } from "./secrets/index.js";
import type { TestRoute } from "./session.js";
import { DEFAULT_POOL, type PoolSeed, StorageDriver } from "./storage/index.js";

/** One kind of object of the hypervisor, with the procedures about it. */
export interface TestDriver {
  readonly routes: readonly TestRoute[];
}

/** What a hypervisor has from the beginning, as documents. What can run does, unless it says otherwise. */
export interface Contents {
  readonly domains?: readonly (string | ({ readonly xml: string } & DomainSeed))[];
  readonly networks?: readonly (string | ({ readonly xml: string } & StartableSeed))[];
  readonly interfaces?: readonly (string | { readonly xml: string; readonly running?: boolean })[];
  /** Storage pools, with their volumes. */
  readonly pools?: readonly (string | PoolSeed)[];
  readonly nodeDevices?: readonly string[];
  readonly secrets?: readonly (string | SecretSeed)[];
  readonly nwfilters?: readonly string[];
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
  readonly secrets: SecretDriver;
  readonly nwfilters: NwfilterDriver;
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
    this.secrets = new SecretDriver(this.events);
    this.nwfilters = new NwfilterDriver();
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
      this.secrets,
      this.nwfilters,
    ];
    this.fill(contents ?? DEFAULT_CONTENTS);
  }

  /** What is here at the moment, such that another hypervisor can be made with it; without snapshots and checkpoints. */
  get contents(): Contents {
    return {
      domains: this.domains.keep(),
      networks: this.networks.keep(),
      interfaces: this.interfaces.keep(),
      pools: this.storage.keep(),
      nodeDevices: this.nodeDevices.keep(),
      secrets: this.secrets.keep(),
      nwfilters: this.nwfilters.keep(),
    };
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
    secrets = [],
    nwfilters = [],
  }: Contents): void {
    for (const xml of nodeDevices) this.nodeDevices.seed(xml);
    for (const each of networks.map(full)) this.networks.seed(each.xml, each);
    for (const each of interfaces.map(full)) this.interfaces.seed(each.xml, each);
    for (const { xml, volumes = [], ...how } of pools.map(full)) {
      const pool = this.storage.seed(xml, how);
      for (const each of volumes) {
        const { xml: volume, data } = full(each);
        this.storage.seedVolume(pool, volume, data);
      }
    }
    for (const each of domains.map(full)) this.domains.seed(each.xml, each);
    for (const each of secrets.map(full)) this.secrets.seed(each);
    for (const xml of nwfilters) this.nwfilters.seed(xml);
  }
}

/** A document by itself stands for itself with nothing special about it: all else is optional. */
function full<T extends { readonly xml: string }>(each: string | T): T {
  return typeof each === "string" ? ({ xml: each } as T) : each;
}
