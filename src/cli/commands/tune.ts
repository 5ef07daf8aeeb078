import { Type } from "@sinclair/typebox";
import { type Domain, DomainVcpuFlags, DomainStatsTypes as Stats } from "../../index.js";
import type { Arguments } from "../arguments.js";
import { type Command, command, data, flag, IMPACT, named } from "../command.js";
import { CommandError } from "../command-error.js";
import { ranges } from "../cpu-list.js";
import { findDomain } from "../find.js";
import { parseSize } from "../sizes.js";
import { UsageError } from "../usage-error.js";

const DOMAIN = data("domain", "domain name, id or uuid");
const NUMBER = Type.Union([Type.Integer(), Type.String()]);
const CHANGED = Type.Object({ domain: Type.String(), uuid: Type.String() });
type Changed = { readonly domain: string; readonly uuid: string };
const MAXIMUM = 4;

interface Count {
  readonly which: "maximum" | "current";
  readonly where: "config" | "live";
  readonly count: number;
}

export const vcpucount: Command = command<readonly Count[]>({
  options: [
    DOMAIN,
    flag("maximum", "the most that it can have"),
    flag("active", "how many it has"),
    ...IMPACT,
    flag("guest", "as the guest sees it"),
  ],
  schema: Type.Array(Type.Object({ which: Type.String(), where: Type.String(), count: Type.Integer() })),
  run: async (context, args) => {
    const domain = await findDomain(context, args);
    const [maximum, current] = [args.flag("maximum"), args.flag("active") || args.flag("current")];
    const [live, config] = [args.flag("live"), args.flag("config")];
    if (maximum && args.flag("active")) {
      throw new UsageError("Options --active and --maximum are mutually exclusive");
    }
    const ask = async (which: Count["which"], where: Count["where"]): Promise<Count> => {
      const flags = (where === "live" ? 1 : 2) | (which === "maximum" ? MAXIMUM : 0);
      return { which, where, count: await domain.getVcpusFlags({ flags }) };
    };
    if (maximum || current || live || config) {
      const which = maximum ? "maximum" : "current";
      const where = config || (!live && domain.id < 0) ? "config" : "live";
      return [await ask(which, where)];
    }
    const persistent = await domain.isPersistent();
    const active = domain.id >= 0;
    return await Promise.all([
      ...(persistent ? [ask("maximum", "config")] : []),
      ...(active ? [ask("maximum", "live")] : []),
      ...(persistent ? [ask("current", "config")] : []),
      ...(active ? [ask("current", "live")] : []),
    ]);
  },
  text: (counts, args) => {
    const single = ["maximum", "active", "current", "live", "config"].some((name) => args.flag(name));
    if (single) return counts.map(({ count }) => `${count}\n`).join("");
    return counts
      .map(
        ({ which, where, count }) => `${which.padEnd(12)} ${where.padEnd(12)} ${String(count).padStart(3)}\n`,
      )
      .join("");
  },
});

interface Vcpu {
  readonly number: number;
  readonly cpu: number;
  readonly state: string;
  readonly cpuTime: bigint;
  readonly affinity: readonly number[];
  readonly hostCpus: number;
}
const VCPU_STATES = ["offline", "running", "blocked"];

export const vcpuinfo: Command = command<readonly Vcpu[]>({
  options: [DOMAIN, flag("pretty", "affinity as ranges")],
  schema: Type.Array(
    Type.Object({
      number: Type.Integer(),
      cpu: Type.Integer(),
      state: Type.String(),
      cpuTime: NUMBER,
      affinity: Type.Array(Type.Integer()),
      hostCpus: Type.Integer(),
    }),
  ),
  run: async (context, args) => {
    const domain = await findDomain(context, args);
    const conn = await context.connection();
    const [{ cpus }, infos] = await Promise.all([conn.nodeGetCPUMap(), domain.getVcpus()]);
    return infos.map(({ number, cpu, state, cpuTime, cpumap }) => ({
      number,
      cpu,
      state: VCPU_STATES[state] ?? "unknown",
      cpuTime,
      affinity: [...cpumap].filter((each) => each < cpus),
      hostCpus: cpus,
    }));
  },
  text: (infos, args) =>
    infos
      .map(({ number, cpu, state, cpuTime, affinity, hostCpus }) => {
        const map = args.flag("pretty")
          ? `${ranges(affinity)} (out of ${hostCpus})`
          : Array.from({ length: hostCpus }, (_, i) => (affinity.includes(i) ? "y" : "-")).join("");
        const time = (Number(cpuTime) / 1e9).toFixed(1);
        return (
          `${"VCPU:".padEnd(15)} ${number}\n${"CPU:".padEnd(15)} ${cpu}\n${"State:".padEnd(15)} ${state}\n` +
          `${"CPU time:".padEnd(15)} ${time}s\n${"CPU Affinity:".padEnd(15)} ${map}\n`
        );
      })
      .join("\n"),
});

/** A command that changes a number of a domain, and says nothing about it. */
function setting(
  options: Command["options"],
  failure: string | undefined,
  set: (domain: Domain, args: Arguments) => Promise<unknown>,
): Command {
  return command<Changed>({
    options: [DOMAIN, ...options],
    schema: CHANGED,
    failure: () => failure,
    run: async (context, args) => {
      const domain = await findDomain(context, args);
      await set(domain, args);
      return { domain: domain.name, uuid: domain.uuid };
    },
    text: () => "",
  });
}

export const setvcpus: Command = setting(
  [
    data("count", "how many", true, "number"),
    flag("maximum", "the most that it can have, for the next boot"),
    ...IMPACT,
    flag("guest", "by the agent inside the guest"),
    flag("hotpluggable", "such that they can be taken out again"),
  ],
  undefined,
  (domain, args) => {
    const count = args.number("count") ?? 0;
    if (count === 0) throw new CommandError("Can't set 0 processors for a VM");
    let flags = args.impact();
    if (args.flag("maximum")) flags |= MAXIMUM;
    if (args.flag("guest")) flags |= DomainVcpuFlags.GUEST;
    if (args.flag("hotpluggable")) flags |= DomainVcpuFlags.HOTPLUGGABLE;
    return domain.setVcpusFlags(count, { flags });
  },
);

const KIBIBYTE = 1024n;

function kibibytes(args: Arguments): bigint {
  return (parseSize(args.text("size"), "size", KIBIBYTE) + KIBIBYTE - 1n) / KIBIBYTE;
}

export const setmem: Command = setting(
  [data("size", "new size, in KiB or with a unit"), ...IMPACT],
  undefined,
  (domain, args) => domain.setMemoryFlags(kibibytes(args), { flags: args.impact() }),
);

export const setmaxmem: Command = setting(
  [data("size", "new size, in KiB or with a unit"), ...IMPACT],
  "Unable to change MaxMemorySize",
  (domain, args) => domain.setMemoryFlags(kibibytes(args), { flags: args.impact() | MAXIMUM }),
);

/** virDomainMemoryStatTags, in our names and virsh's. */
const MEMORY: Readonly<Record<string, string>> = {
  actualBalloon: "actual",
  actual_balloon: "actual",
};

export const dommemstat: Command = command({
  options: [DOMAIN, named("period", "have them collected every so many seconds", "number"), ...IMPACT],
  schema: Type.Object({ stats: Type.Record(Type.String(), NUMBER) }),
  failure: (args) => `Failed to get memory statistics for domain ${args.text("domain")}`,
  run: async (context, args) => {
    const domain = await findDomain(context, args);
    const period = args.number("period");
    const flags = args.impact();
    if (period === undefined) return { stats: await domain.memoryStats() };
    if (period < 0) throw new CommandError(`Invalid collection period value '${period}'`);
    await domain.setMemoryStatsPeriod(period, { flags });
    return { stats: {} };
  },
  text: ({ stats }) =>
    Object.entries(stats)
      .map(([name, value]) => `${MEMORY[name] ?? name} ${value}\n`)
      .join(""),
});

const GROUPS: Readonly<Record<string, readonly [bit: number, help: string]>> = {
  state: [Stats.STATE, "state"],
  "cpu-total": [Stats.CPU_TOTAL, "processor time"],
  balloon: [Stats.BALLOON, "memory"],
  vcpu: [Stats.VCPU, "virtual processors"],
  interface: [Stats.INTERFACE, "network cards"],
  block: [Stats.BLOCK, "disks"],
  perf: [Stats.PERF, "performance counters"],
  iothread: [Stats.IOTHREAD, "threads of disks"],
  memory: [Stats.MEMORY, "memory bandwidth"],
  dirtyrate: [Stats.DIRTYRATE, "how fast memory changes"],
  vm: [Stats.VM, "what the hypervisor has more"],
};
const FILTERS: Readonly<Record<string, number>> = {
  "list-active": 0x1,
  "list-inactive": 0x2,
  "list-persistent": 0x4,
  "list-transient": 0x8,
  "list-running": 0x10,
  "list-paused": 0x20,
  "list-shutoff": 0x40,
  "list-other": 0x80,
};

export const domstats: Command = command({
  options: [
    ...Object.entries(GROUPS).map(([name, [, help]]) => flag(name, help)),
    ...Object.keys(FILTERS).map((name) => flag(name, `only domains that are ${name.slice(5)}`)),
    flag("raw", "numbers as they come"),
    flag("enforce", "fail if the daemon does not know a group"),
    flag("backing", "with the files that disks are based on"),
    flag("nowait", "leave out what would have to be waited for"),
    { name: "domain", kind: "rest", help: "only of these domains" },
  ],
  schema: Type.Array(
    Type.Object({
      domain: Type.String(),
      stats: Type.Record(Type.String(), Type.Union([NUMBER, Type.Number(), Type.Boolean()])),
    }),
  ),
  run: async (context, args) => {
    const conn = await context.connection();
    const groups = Object.entries(GROUPS).reduce(
      (all, [name, [bit]]) => (args.flag(name) ? all | bit : all),
      0,
    );
    let flags = Object.entries(FILTERS).reduce((all, [name, bit]) => (args.flag(name) ? all | bit : all), 0);
    if (args.flag("nowait")) flags |= 0x2000_0000;
    if (args.flag("backing")) flags |= 0x4000_0000;
    if (args.flag("enforce")) flags = (flags | 0x8000_0000) >>> 0;
    const names = args.rest("domain");
    const domains = await Promise.all(names.map((name) => findDomain(context, args.with("domain", name))));
    const records =
      domains.length > 0
        ? await conn.domainListGetStats(domains, groups, { flags })
        : await conn.getAllDomainStats(groups, { flags });
    return records.map(({ domain, params }) => ({ domain: domain.name, stats: params }));
  },
  text: (records) =>
    records
      .map(({ domain, stats }) => {
        const lines = Object.entries(stats).map(([name, value]) => {
          const text = typeof value === "boolean" ? (value ? "yes" : "no") : String(value);
          return `  ${name}=${text}\n`;
        });
        return `Domain: '${domain}'\n${lines.join("")}`;
      })
      .join("\n"),
});

const POSTCOPY = flag("postcopy", "after the domain has moved");
const AFTER = 1;

export const migrateSetspeed: Command = setting(
  [data("bandwidth", "how fast a migration may be, in MiB/s", true, "number"), POSTCOPY],
  undefined,
  (domain, args) =>
    domain.migrateSetMaxSpeed(BigInt(args.number("bandwidth") ?? 0), {
      flags: args.flag("postcopy") ? AFTER : 0,
    }),
);

export const migrateGetspeed: Command = command({
  options: [DOMAIN, POSTCOPY],
  schema: Type.Object({ bandwidth: NUMBER }),
  run: async (context, args) => {
    const domain = await findDomain(context, args);
    return { bandwidth: await domain.migrateGetMaxSpeed({ flags: args.flag("postcopy") ? AFTER : 0 }) };
  },
  text: ({ bandwidth }) => `${bandwidth}\n`,
});
