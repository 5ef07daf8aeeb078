import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "@jest/globals";
import type { Connection, EventKind, LibvirtEvent } from "../../src/index.js";

type Of<K extends EventKind> = Extract<LibvirtEvent, { kind: K }>;

/** Gathers events of many kinds, of which some may come late. */
export class Gatherer {
  readonly events: LibvirtEvent[] = [];
  readonly ready: Promise<void>;

  /** @param provoked is told the kinds of those that came. */
  constructor(conn: Connection, kinds: readonly EventKind[], provoked: Set<EventKind>) {
    this.ready = conn.on(kinds, (event) => {
      provoked.add(event.kind);
      this.events.push(event);
    }).ready;
  }

  of<K extends EventKind>(kind: K): Of<K>[] {
    return this.events.filter((event): event is Of<K> => event.kind === kind);
  }

  async until<K extends EventKind>(kind: K, count = 1): Promise<Of<K>[]> {
    for (const end = Date.now() + 20_000; this.of(kind).length < count && Date.now() < end; ) await sleep(10);
    expect([kind, this.of(kind).length >= count]).toEqual([kind, true]);
    return this.of(kind);
  }
}
