import { Type } from "@sinclair/typebox";
import { type Command, command, data, flag } from "../command.js";
import { ranges } from "../cpu-list.js";

const NUMBER = Type.Union([Type.Integer(), Type.String()]);

export const nodecpumap: Command = command({
  options: [flag("pretty", "the processors as ranges")],
  schema: Type.Object({ cpus: Type.Integer(), online: Type.Integer(), map: Type.Array(Type.Integer()) }),
  failure: () => "Unable to get cpu map",
  run: async (context) => {
    const { cpus, online, cpumap } = await (await context.connection()).nodeGetCPUMap();
    return { cpus, online, map: [...cpumap].filter((each) => each < cpus) };
  },
  text: ({ cpus, online, map }, args) => {
    const shown = args.flag("pretty")
      ? ranges(map)
      : Array.from({ length: cpus }, (_, i) => (map.includes(i) ? "y" : "-")).join("");
    const line = (name: string, value: string | number): string => `${`${name}:`.padEnd(15)} ${value}\n`;
    return line("CPUs present", cpus) + line("CPUs online", online) + line("CPU map", shown);
  },
});

export const nodememstats: Command = command({
  options: [data("cell", "only of this NUMA cell", false, "number")],
  schema: Type.Object({ stats: Type.Record(Type.String(), NUMBER) }),
  failure: () => "Unable to get number of memory stats",
  run: async (context, args) => {
    const cell = args.number("cell") ?? -1;
    return { stats: await (await context.connection()).nodeGetMemoryStats(cell) };
  },
  text: ({ stats }) =>
    Object.entries(stats)
      .map(([name, value]) => `${name.padEnd(7)}: ${String(value).padStart(20)} KiB\n`)
      .join(""),
});

/** What the host's processors have done, in nanoseconds or per cent; in virsh's order. */
const DOINGS: readonly (readonly [shown: string, key: string])[] = [
  ["user", "user"],
  ["system", "kernel"],
  ["idle", "idle"],
  ["iowait", "iowait"],
];

export const nodecpustats: Command = command({
  options: [
    data("cpu", "only of this processor", false, "number"),
    flag("percent", "what they did in one second, in per cent"),
  ],
  schema: Type.Object({ stats: Type.Record(Type.String(), Type.Union([NUMBER, Type.Number()])) }),
  failure: (args) =>
    // Only an impossible number is refused at once.
    Number(args.optional("cpu") ?? -1) < 0
      ? "Unable to get number of cpu stats"
      : "Unable to get node cpu stats",
  run: async (context, args) => {
    const cpu = args.number("cpu") ?? -1;
    const conn = await context.connection();
    const ask = async (): Promise<Readonly<Record<string, bigint>>> => await conn.nodeGetCPUStats(cpu);
    const before = await ask();
    if (!args.flag("percent")) return { stats: before };
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const after = await ask();
    const spent = Object.fromEntries(
      Object.entries(after).map(([name, value]) => [name, value - (before[name] ?? 0n)]),
    );
    const all = Number(Object.values(spent).reduce((sum, each) => sum + each, 0n));
    const shares = Object.entries(spent).map(([name, value]) => [name, (Number(value) / all) * 100] as const);
    return { stats: Object.fromEntries(shares) };
  },
  text: ({ stats }, args) => {
    const shown = DOINGS.filter(([, key]) => key in stats);
    const line = (name: string, value: string): string => `${`${name}:`.padEnd(15)} ${value}\n`;
    if (!args.flag("percent")) {
      return shown.map(([name, key]) => line(name, String(stats[key]).padStart(20))).join("");
    }
    const share = (value: number): string => `${value.toFixed(1).padStart(5)}%`;
    const usage = 100 - Number(stats.idle) - Number(stats.iowait ?? 0);
    return (
      line("usage", share(usage)) + shown.map(([name, key]) => line(name, share(Number(stats[key])))).join("")
    );
  },
});
