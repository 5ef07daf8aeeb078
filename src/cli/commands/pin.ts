import { Type } from "@sinclair/typebox";
import type { TypedParameters } from "../../index.js";
import { type Command, command, data, flag, IMPACT, named } from "../command.js";
import { CommandError } from "../command-error.js";
import { parseCpuList, ranges } from "../cpu-list.js";
import { findDomain } from "../find.js";
import { table } from "../table.js";

const DOMAIN = data("domain", "domain name, id or uuid");
const CPULIST = data("cpulist", "the host's processors that it may run on", false);
const NUMBERS = Type.Array(Type.Integer());

export const vcpupin: Command = command<
  readonly { readonly vcpu: number; readonly cpus: readonly number[] }[]
>({
  options: [DOMAIN, data("vcpu", "number of the virtual processor", false, "number"), CPULIST, ...IMPACT],
  schema: Type.Array(Type.Object({ vcpu: Type.Integer(), cpus: NUMBERS })),
  run: async (context, args) => {
    const flags = args.impact();
    const list = args.optional("cpulist");
    const vcpu = args.number("vcpu");
    if (list !== undefined && vcpu === undefined) {
      throw new CommandError("vcpupin: Missing vCPU number in pin mode.");
    }
    const domain = await findDomain(context, args);
    const { cpus } = await (await context.connection()).nodeGetCPUMap();
    if (list !== undefined && vcpu !== undefined) {
      const map = parseCpuList(list, cpus);
      await (flags === 0 && !args.flag("current")
        ? domain.pinVcpu(vcpu, map)
        : domain.pinVcpuFlags(vcpu, map, { flags }));
      return [];
    }
    const pins = await domain.getVcpuPinInfo({ flags });
    if (vcpu !== undefined && vcpu >= pins.length) {
      throw new CommandError(
        (await domain.isActive())
          ? `vcpu ${vcpu} is out of range of live cpu count ${pins.length}`
          : `vcpu ${vcpu} is out of range of persistent cpu count ${pins.length}`,
      );
    }
    return pins
      .map((map, number) => ({ vcpu: number, cpus: [...map].filter((each) => each < cpus) }))
      .filter((pin) => vcpu === undefined || pin.vcpu === vcpu);
  },
  text: (pins, args, { options: { quiet } }) =>
    args.has("cpulist")
      ? ""
      : table(
          ["VCPU", "CPU Affinity"],
          pins.map(({ vcpu, cpus }) => [String(vcpu), ranges(cpus)]),
          quiet,
        ),
});

export const emulatorpin: Command = command<{ readonly cpus: readonly number[] }>({
  options: [DOMAIN, CPULIST, ...IMPACT],
  schema: Type.Object({ cpus: NUMBERS }),
  run: async (context, args) => {
    const flags = args.impact();
    const domain = await findDomain(context, args);
    const { cpus } = await (await context.connection()).nodeGetCPUMap();
    const list = args.optional("cpulist");
    if (list !== undefined) {
      const map = parseCpuList(list, cpus);
      await domain.pinEmulator(map, { flags });
      return { cpus: map };
    }
    const pinned = await domain.getEmulatorPinInfo({ flags });
    return { cpus: Array.from(pinned ?? Array(cpus).keys()).filter((each) => each < cpus) };
  },
  text: ({ cpus }, args) =>
    args.has("cpulist")
      ? ""
      : `emulator: CPU Affinity\n----------------------------------\n       *: ${ranges(cpus)}\n`,
});

interface CpuStats {
  readonly cpus: readonly { readonly cpu: number; readonly stats: TypedParameters }[];
  readonly total: TypedParameters | undefined;
}
const STATS = Type.Record(Type.String(), Type.Union([Type.Integer(), Type.String()]));

/** Nanoseconds as seconds. */
function seconds([name, value]: readonly [string, unknown]): string {
  const time = value as bigint;
  const digits = String(time % 1_000_000_000n).padStart(9, "0");
  return `\t${name.padEnd(12)} ${String(time / 1_000_000_000n).padStart(9)}.${digits} seconds\n`;
}

export const cpuStats: Command = command<CpuStats>({
  options: [
    DOMAIN,
    flag("total", "of all processors together"),
    data("start", "from this processor on", false, "number"),
    data("count", "of so many processors at the most", false, "number"),
  ],
  schema: Type.Object({
    cpus: Type.Array(Type.Object({ cpu: Type.Integer(), stats: STATS })),
    total: Type.Union([STATS, Type.Null()]),
  }),
  failure: () => "Failed to retrieve CPU statistics for domain",
  run: async (context, args) => {
    const [start, count] = [args.number("start"), args.number("count")];
    if (start !== undefined && start < 0) throw new CommandError("Invalid value for start CPU");
    if (count !== undefined && count < 0) throw new CommandError("Invalid value for number of CPUs to show");
    const domain = await findDomain(context, args);
    const some = start !== undefined || count !== undefined;
    const withTotal = args.flag("total") || !some;
    const withCpus = some || !args.flag("total");
    const all = withCpus ? await domain.getCPUStats(0) : [];
    const first = start ?? 0;
    if (withCpus && first >= all.length) {
      throw new CommandError(`Start CPU ${first} is out of range (min: 0, max: ${all.length - 1})`);
    }
    const [total] = withTotal ? await domain.getCPUStats(-1) : [];
    return {
      cpus: all
        .map((stats, cpu) => ({ cpu, stats }))
        .slice(first, count === undefined ? undefined : first + count),
      total,
    };
  },
  text: ({ cpus, total }) => {
    const each = cpus.map(({ cpu, stats }) => `CPU${cpu}:\n${Object.entries(stats).map(seconds).join("")}`);
    return (
      each.join("") + (total === undefined ? "" : `Total:\n${Object.entries(total).map(seconds).join("")}`)
    );
  },
});

function parameterLine(name: string, value: unknown): string {
  return `${name.padEnd(15)}: ${String(value)}\n`;
}

interface Scheduler {
  readonly scheduler: string;
  readonly parameters: TypedParameters;
}

export const schedinfo: Command = command<Scheduler>({
  options: [
    DOMAIN,
    named("weight", "Xen's weight", "number"),
    named("cap", "Xen's cap", "number"),
    ...IMPACT,
    { name: "set", kind: "rest", help: "parameter=value" },
  ],
  schema: Type.Object({ scheduler: Type.String(), parameters: STATS }),
  run: async (context, args) => {
    const flags = args.impact();
    const domain = await findDomain(context, args);
    let said = "Unknown";
    const fail = (error: unknown): never => {
      // virsh has said so much by then.
      if (!context.options.json) context.terminal.stdout.write(parameterLine("Scheduler", said));
      throw error;
    };
    const { type } = await domain.getSchedulerType().catch(fail);
    said = type;
    const plain = flags === 0 && !args.flag("current");
    const ask = (): Promise<TypedParameters> =>
      plain ? domain.getSchedulerParameters() : domain.getSchedulerParametersFlags({ flags });
    const now = await ask().catch(fail);
    const changes = [
      ...["weight", "cap"].flatMap((name) => (args.has(name) ? [[name, args.text(name)] as const] : [])),
      ...args.rest("set").map((word) => [word.replace(/=.*/, ""), word.replace(/^[^=]*=?/, "")] as const),
    ];
    if (changes.length === 0) return { scheduler: type, parameters: now };
    const wanted: Record<string, bigint> = {};
    for (const [name, value] of changes) {
      if (!(name in now)) fail(new CommandError(`invalid scheduler option: ${name}`));
      if (!/^-?\d+$/.test(value)) {
        fail(new CommandError(`invalid argument: Invalid value for field '${name}': expected unsigned int`));
      }
      wanted[name] = BigInt(value);
    }
    await (plain
      ? domain.setSchedulerParameters(wanted)
      : domain.setSchedulerParametersFlags(wanted, { flags })
    ).catch(fail);
    return { scheduler: type, parameters: await ask().catch(fail) };
  },
  text: ({ scheduler, parameters }) =>
    [["Scheduler", scheduler] as const, ...Object.entries(parameters)]
      .map(([name, value]) => parameterLine(name, value))
      .join(""),
});
