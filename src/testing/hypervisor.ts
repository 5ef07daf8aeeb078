import { ConnectDriver, eventRoutes } from "./connect/index.js";
import { EventBoard } from "./event-board.js";
import type { TestRoute } from "./session.js";

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
}

const LIB_VERSION = 12_008_000;

/** A hypervisor that runs no machines: it keeps what it is told, and behaves as libvirt's own test driver does. */
export class Hypervisor {
  readonly uri: string;
  readonly events: EventBoard = new EventBoard();
  private readonly drivers: readonly TestDriver[];

  constructor({ uri = "test:///default", libVersion = LIB_VERSION }: HypervisorOptions = {}) {
    this.uri = uri;
    this.drivers = [new ConnectDriver({ uri, libVersion }), { routes: eventRoutes(this.events) }];
  }

  /** Everything that it answers. */
  get routes(): readonly TestRoute[] {
    return this.drivers.flatMap(({ routes }) => routes);
  }
}
