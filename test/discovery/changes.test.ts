import { expect, it } from "@jest/globals";
import { type DiscoveryEvent, firstChange } from "../../src/discovery/changes.js";
import type { DiscoveredDaemon } from "../../src/discovery/index.js";

function daemon(name: string, port = 16514): DiscoveredDaemon {
  return { name, host: "db1.local", addresses: ["10.0.0.1"], port, uris: [] };
}

it("tells each change once, and of each daemon only how it is now", () => {
  const told = new Map<string, DiscoveredDaemon>();
  const tell = (...present: readonly DiscoveredDaemon[]): DiscoveryEvent[] => {
    // New objects each time, as they come from the table.
    const now = new Map(present.map((one) => [one.name, structuredClone(one)]));
    const events: DiscoveryEvent[] = [];
    for (let event = firstChange(told, now); event !== undefined; event = firstChange(told, now)) {
      events.push(event);
    }
    return events;
  };
  expect(tell()).toEqual([]);
  expect(tell(daemon("a"), daemon("b"))).toEqual([
    { kind: "found", daemon: daemon("a") },
    { kind: "found", daemon: daemon("b") },
  ]);
  expect(tell(daemon("a"), daemon("b"))).toEqual([]);
  expect(tell(daemon("b", 16509), daemon("c"))).toEqual([
    { kind: "lost", daemon: daemon("a") },
    { kind: "changed", daemon: daemon("b", 16509) },
    { kind: "found", daemon: daemon("c") },
  ]);
  expect(tell(daemon("a"))).toHaveLength(3);
});
