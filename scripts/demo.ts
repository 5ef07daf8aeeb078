/**
 * Shows what a daemon has: its host, its hypervisor, its domains.
 *
 * With a URI it looks at that one and changes nothing. Without one it opens the hypervisor that this package brings
 * along, and has a domain live and end there.
 */
import { parseArgs } from "node:util";
import {
  type Connection,
  connect,
  type Domain,
  DomainEventType,
  DomainState,
  isLibvirtError,
} from "../src/index.js";

const EMBEDDED = "test:///default";

const STATE_NAMES = new Map<number, string>(
  Object.entries<number>(DomainState).map(([name, state]) => [state, name.toLowerCase()]),
);

/** `9000000n` as "9.0.0". */
function versionText(version: bigint): string {
  return `${version / 1_000_000n}.${(version / 1000n) % 1000n}.${version % 1000n}`;
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** The type of hypervisors that run nothing: what they give as processor time is the time of day. */
const NOTHING_RUNS = "TEST";

async function describe(domain: Domain): Promise<string[]> {
  const { state, memory, nrVirtCpu, cpuTime } = await domain.getInfo();
  return [
    domain.id < 0 ? "-" : String(domain.id),
    domain.name,
    STATE_NAMES.get(state) ?? String(state),
    String(nrVirtCpu),
    `${memory / 1024n} MiB`,
    `${(Number(cpuTime) / 1e9).toFixed(1)} s`,
  ];
}

async function show(conn: Connection): Promise<void> {
  const [hostname, type, version, libVersion, node] = await Promise.all([
    conn.getHostname(),
    conn.getType(),
    conn.getVersion(),
    conn.getLibVersion(),
    conn.nodeGetInfo(),
  ]);
  const domains = await conn.listAllDomains();
  const rows = await Promise.all(domains.map(describe));
  console.log(`Host        ${hostname}: ${node.cpus} x ${node.model}, ${node.memory / 1024n} MiB`);
  console.log(`Hypervisor  ${type} ${versionText(version)}, libvirt ${versionText(libVersion)}`);
  console.log();
  const all = [["Id", "Name", "State", "CPUs", "Memory", "CPU time"], ...rows];
  console.log(table(type === NOTHING_RUNS ? all.map((row) => row.slice(0, -1)) : all));
  if (rows.length === 0) console.log("(no domains)");
}

const GUEST = `<domain type="test"><name>demo</name><memory unit="MiB">512</memory><vcpu>2</vcpu>
  <os><type>hvm</type></os></domain>`;

function named(members: Readonly<Record<string, number>>, value: number): string {
  return Object.keys(members).find((name) => members[name] === value) ?? String(value);
}

/** A domain from its definition to its end, and what the hypervisor tells of it. */
async function live(conn: Connection): Promise<void> {
  const events = conn.events("domain.lifecycle");
  await events.ready;
  const domain = await conn.domainDefineXML(GUEST);
  await domain.create();
  await domain.suspend();
  await domain.resume();
  console.log();
  await show(conn);
  await domain.shutdown();
  await domain.undefine();
  console.log();
  for await (const {
    domain: { name },
    event,
  } of events) {
    const happened = named(DomainEventType, event);
    console.log(`event  ${name.padEnd(6)}${happened.toLowerCase()}`);
    if (event === DomainEventType.UNDEFINED) break;
  }
}

async function main(): Promise<void> {
  const { positionals } = parseArgs({ allowPositionals: true });
  const [uri = EMBEDDED] = positionals;
  await using conn = await connect(uri, { readOnly: uri !== EMBEDDED });
  await show(conn);
  if (uri === EMBEDDED) await live(conn);
}

try {
  await main();
} catch (error) {
  if (!isLibvirtError(error)) throw error;
  console.error(`${error.name}: ${error.message}`);
  process.exitCode = 1;
}
