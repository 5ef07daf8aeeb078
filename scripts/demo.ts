/**
 * Shows what a daemon has: its host, its hypervisor, its domains.
 *
 * With a URI it looks at that one and changes nothing. Without one it starts a private libvirtd in a temporary
 * folder, gives it a few guests to show, and removes it again.
 */
import { parseArgs } from "node:util";
import { type Connection, connect, type Domain, DomainState, isLibvirtError } from "../src/index.js";

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
  console.log(table([["Id", "Name", "State", "CPUs", "Memory", "CPU time"], ...rows]));
  if (rows.length === 0) console.log("(no domains)");
}

async function demoOnPrivateDaemon(): Promise<void> {
  const [{ startLibvirtd }, { qemuDomainXml }] = await Promise.all([
    import("../test/support/libvirtd.js"),
    import("../test/support/domain-xml.js"),
  ]);
  console.log(
    "No URI given: starting a private libvirtd with a few guests (the first time takes some seconds).\n",
  );
  const daemon = await startLibvirtd();
  try {
    await using conn = await connect(daemon.uri("qemu"));
    const [web, db] = await Promise.all(
      ["web", "db", "build"].map((name) => conn.domainDefineXML(qemuDomainXml({ name }))),
    );
    await web?.create();
    await db?.create();
    await db?.suspend();
    await show(conn);
    await web?.destroy();
    await db?.destroy();
  } finally {
    await daemon.stop();
  }
}

async function main(): Promise<void> {
  const { positionals } = parseArgs({ allowPositionals: true });
  const [uri] = positionals;
  if (uri === undefined) return await demoOnPrivateDaemon();
  await using conn = await connect(uri, { readOnly: true });
  return await show(conn);
}

try {
  await main();
} catch (error) {
  if (!isLibvirtError(error)) throw error;
  console.error(`${error.name}: ${error.message}`);
  process.exitCode = 1;
}
