import { EventBoard } from "./event-board.js";
import type { TestRoute } from "./session.js";

/** One kind of object of the hypervisor, with the procedures about it. */
export interface TestDriver {
  readonly routes: readonly TestRoute[];
}

/** A hypervisor that runs no machines: it keeps what it is told, and behaves as libvirt's own test driver does. */
export class Hypervisor {
  readonly events: EventBoard = new EventBoard();

  /** Everything that it answers. */
  get routes(): readonly TestRoute[] {
    return this.drivers.flatMap(({ routes }) => routes);
  }

  private get drivers(): readonly TestDriver[] {
    return [];
  }
}
