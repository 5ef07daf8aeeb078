// migrate.ts DOMAIN URI DESTINATION: moves a running domain to another host, for good.
import { connect, DomainMigrateFlags } from "libvirt-rpc";

const [, , name, uri, destination] = process.argv;
if (name === undefined) throw new Error("usage: migrate.ts DOMAIN URI DESTINATION");

await using source = await connect(uri);
await using target = await connect(destination);

const interrupted = new AbortController();
process.once("SIGINT", () => interrupted.abort());

const { LIVE, PERSIST_DEST, UNDEFINE_SOURCE } = DomainMigrateFlags;
const domain = await source.domainLookupByName(name);
const moved = await domain.migrate(target, undefined, undefined, 0n, {
  flags: LIVE | PERSIST_DEST | UNDEFINE_SOURCE,
  // Cancels the migration: the domain goes on where it was.
  signal: interrupted.signal,
  onProgress: ({ data_remaining: left }) => console.log(`${String(left)} bytes to go`),
});
console.log(`${moved.name} runs at ${await target.getURI()}`);
