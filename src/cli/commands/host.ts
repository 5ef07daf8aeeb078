import { Type } from "@sinclair/typebox";
import type { Connection } from "../../index.js";
import { type Command, command, data, flag, type Option } from "../command.js";
import type { Context } from "../context.js";
import { fields } from "../table.js";
import { ownVersion } from "../version.js";

const NUMBER = Type.Union([Type.Integer(), Type.String()]);

/** A command that prints one text of the host's. */
function textual(
  key: string,
  ask: (conn: Connection) => Promise<string | number>,
  { options = [], failure, end = "\n" }: { options?: readonly Option[]; failure?: string; end?: string } = {},
): Command {
  return command<Record<string, string | number>>({
    options,
    schema: Type.Object({ [key]: Type.Union([Type.String(), Type.Integer()]) }),
    failure: () => failure,
    run: async (context) => ({ [key]: await ask(await context.connection()) }),
    text: (value) => `${value[key] ?? ""}${end}`,
  });
}

export const uri: Command = textual("uri", (conn) => conn.getURI(), { failure: "failed to get URI" });
export const hostname: Command = textual("hostname", (conn) => conn.getHostname(), {
  failure: "failed to get hostname",
});
export const capabilities: Command = textual("capabilities", (conn) => conn.getCapabilities(), {
  failure: "failed to get capabilities",
});
export const sysinfo: Command = textual("sysinfo", (conn) => conn.getSysinfo(), {
  failure: "failed to get sysinfo",
  end: "",
});

export const maxvcpus: Command = command({
  options: [data("type", "domain type", false)],
  schema: Type.Object({ maxvcpus: Type.Integer() }),
  run: async (context, args) => ({
    maxvcpus: await (await context.connection()).getMaxVcpus(args.optional("type")),
  }),
  text: ({ maxvcpus: count }) => `${count}\n`,
});

export const nodeinfo: Command = command({
  options: [],
  schema: Type.Object({
    model: Type.String(),
    memory: NUMBER,
    cpus: Type.Integer(),
    mhz: Type.Integer(),
    nodes: Type.Integer(),
    sockets: Type.Integer(),
    cores: Type.Integer(),
    threads: Type.Integer(),
  }),
  failure: () => "failed to get node information",
  run: async (context) => await (await context.connection()).nodeGetInfo(),
  text: ({ model, cpus, mhz, sockets, cores, threads, nodes, memory }) =>
    fields(
      [
        ["CPU model", model],
        ["CPU(s)", String(cpus)],
        ["CPU frequency", `${mhz} MHz`],
        ["CPU socket(s)", String(sockets)],
        ["Core(s) per socket", String(cores)],
        ["Thread(s) per core", String(threads)],
        ["NUMA cell(s)", String(nodes)],
        ["Memory size", `${memory} KiB`],
      ],
      20,
    ),
});

export const domcapabilities: Command = command({
  options: [
    data("virttype", "virtualization type", false),
    data("emulatorbin", "path of the emulator", false),
    data("arch", "architecture of the guest", false),
    data("machine", "machine type of the guest", false),
  ],
  schema: Type.Object({ capabilities: Type.String() }),
  failure: () => "failed to get emulator capabilities",
  run: async (context, args) => {
    const conn = await context.connection();
    const [emulator, arch, machine, type] = ["emulatorbin", "arch", "machine", "virttype"].map((name) =>
      args.optional(name),
    );
    return { capabilities: await conn.getDomainCapabilities(emulator, arch, machine, type) };
  },
  text: ({ capabilities: text }) => `${text}\n`,
});

interface Versions {
  readonly library: string;
  readonly api: string;
  readonly hypervisor: string;
  readonly daemon: string;
}

/** `9000000n` as "9.0.0". */
function dotted(version: bigint): string {
  return `${version / 1_000_000n}.${(version / 1000n) % 1000n}.${version % 1000n}`;
}

export const version: Command = command<Versions>({
  options: [flag("daemon", "the daemon's, too")],
  schema: Type.Object({
    library: Type.String(),
    api: Type.String(),
    hypervisor: Type.String(),
    daemon: Type.String(),
  }),
  failure: () => "failed to get hypervisor version",
  run: async (context) => {
    const conn = await context.connection();
    const [type, own, daemon, client] = await Promise.all([
      conn.getType(),
      conn.getVersion(),
      conn.getLibVersion(),
      ownVersion(),
    ]);
    return { library: client, api: type, hypervisor: dotted(own), daemon: dotted(daemon) };
  },
  text: ({ library, api, hypervisor, daemon }, args) => {
    const against = args.flag("daemon") ? `Running against daemon: ${daemon}\n` : "";
    return (
      `Using library: libvirt-rpc ${library}\nUsing API: ${api} ${daemon}\n` +
      `Running hypervisor: ${api} ${hypervisor}\n${against}`
    );
  },
});

export const freecell: Command = command<{ readonly total: bigint; readonly cells: readonly bigint[] }>({
  options: [data("cellno", "number of a NUMA cell", false, "number"), flag("all", "all cells")],
  schema: Type.Object({ total: NUMBER, cells: Type.Array(NUMBER) }),
  run: async (context, args) => {
    const conn = await context.connection();
    const cell = args.number("cellno");
    if (args.flag("all")) {
      const { nodes } = await conn.nodeGetInfo();
      const cells = await conn.nodeGetCellsFreeMemory(0, nodes);
      return { total: cells.reduce((sum, each) => sum + each, 0n), cells };
    }
    if (cell === undefined) return { total: await conn.nodeGetFreeMemory(), cells: [] };
    const cells = await conn.nodeGetCellsFreeMemory(cell, 1);
    return { total: cells[0] ?? 0n, cells };
  },
  text: ({ total, cells }, args) => {
    if (args.flag("all")) {
      const lines = cells.map(
        (free, i) => `${String(i).padStart(5)}: ${String(free / 1024n).padStart(10)} KiB\n`,
      );
      return `${lines.join("")}--------------------\n${"Total".padStart(5)}: ${String(total / 1024n).padStart(10)} KiB\n`;
    }
    const cell = args.optional("cellno");
    return `${cell ?? "Total"}: ${total / 1024n} KiB\n`;
  },
});

export const cpuModels: Command = command({
  options: [data("arch", "architecture")],
  schema: Type.Object({ models: Type.Array(Type.String()) }),
  failure: () => "failed to get CPU model names",
  run: async (context, args) => ({
    models: await (await context.connection()).getCPUModelNames(args.text("arch")),
  }),
  text: ({ models }) => `${models.map((model) => `${model}\n`).join("")}`,
});

export const connectTo: Command = command({
  options: [data("name", "connection URI", false), flag("readonly", "only read")],
  schema: Type.Object({ uri: Type.String() }),
  run: async (context: Context) => ({ uri: await (await context.connection()).getURI() }),
  text: () => "",
});
