// events.ts [URI]: what happens to domains and networks, until it is interrupted.
import { connect, DomainEventType } from "libvirt-rpc";

const interrupted = new AbortController();
process.once("SIGINT", () => interrupted.abort());
const { signal } = interrupted;

const NAMES = Object.entries(DomainEventType);
await using conn = await connect(process.argv[2] ?? "test:///default", { reconnect: true });
const events = conn.events(["domain.lifecycle", "network.lifecycle", "connection.reconnected"], { signal });
await events.ready;
console.log("waiting for events, Ctrl-C ends it");

try {
  for await (const event of events) {
    if (event.kind === "connection.reconnected") console.log("the daemon was away: look anew");
    else if (event.kind === "network.lifecycle") console.log(`network ${event.network.name}`);
    else {
      const [what = "?"] = NAMES.find(([, value]) => value === event.event) ?? [];
      console.log(`domain ${event.domain.name} ${what.toLowerCase()}`);
    }
  }
} catch (error) {
  if (!signal.aborted) throw error;
}
