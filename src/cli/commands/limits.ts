import { Type } from "@sinclair/typebox";
import type { Domain, TypedParameters, TypedParameterValues } from "../../index.js";
import type { Arguments } from "../arguments.js";
import { type Command, command, data, IMPACT, type Option } from "../command.js";
import { CommandError } from "../command-error.js";
import { findDomain } from "../find.js";
import { parseRate } from "../rate.js";
import { parseSize } from "../sizes.js";

const VALUE = Type.Union([Type.Integer(), Type.String(), Type.Boolean()]);

interface Limits {
  readonly options: readonly Option[];
  readonly failure: readonly [get: string, set: string];
  /** What the options ask for, nothing if they ask for nothing. */
  readonly wanted: (args: Arguments) => TypedParameterValues;
  readonly set: (
    domain: Domain,
    args: Arguments,
    wanted: TypedParameterValues,
    flags: number,
  ) => Promise<void>;
  readonly get: (domain: Domain, args: Arguments, flags: number) => Promise<TypedParameters>;
  readonly show?: (value: unknown) => string;
}

/** A command that tells limits of a domain, or sets those that it is given. */
function limits({ options, failure, wanted, set, get, show = String }: Limits): Command {
  const given = (args: Arguments): boolean =>
    options.some(({ name, required }) => required !== true && args.has(name));
  return command<{ readonly changed: boolean; readonly limits: TypedParameters }>({
    options: [data("domain", "domain name, id or uuid"), ...options, ...IMPACT],
    schema: Type.Object({ changed: Type.Boolean(), limits: Type.Record(Type.String(), VALUE) }),
    failure: (args) => failure[given(args) ? 1 : 0],
    run: async (context, args) => {
      const flags = args.impact();
      const domain = await findDomain(context, args);
      const values = wanted(args);
      if (!given(args)) return { changed: false, limits: await get(domain, args, flags) };
      await set(domain, args, values, flags);
      return { changed: true, limits: {} };
    },
    text: ({ changed, limits: all }) =>
      changed
        ? ""
        : Object.entries(all)
            .map(([name, value]) => `${name.padEnd(15)}: ${show(value)}\n`)
            .join(""),
  });
}

const KIBIBYTE = 1024n;
/** VIR_DOMAIN_MEMORY_PARAM_UNLIMITED */
const UNLIMITED = 9_007_199_254_740_991n;
const MEMORY: readonly (readonly [name: string, help: string])[] = [
  ["hard-limit", "the most memory on the host"],
  ["soft-limit", "the most when memory is scarce"],
  ["swap-hard-limit", "the most memory and swap"],
  ["min-guarantee", "what it always has"],
];

function memoryLimit(name: string, text: string): bigint {
  if (/^-\d+$/.test(text)) return UNLIMITED;
  try {
    return (parseSize(text, name, KIBIBYTE) + KIBIBYTE - 1n) / KIBIBYTE;
  } catch {
    throw new CommandError(`Unable to parse integer parameter ${name}`);
  }
}

export const memtune: Command = limits({
  options: MEMORY.map(([name, help]) => data(name, `${help}: in KiB or with a unit, -1 for no limit`, false)),
  failure: ["Unable to get memory parameters", "Unable to change memory parameters"],
  wanted: (args) =>
    Object.fromEntries(
      MEMORY.filter(([name]) => args.has(name)).map(([name]) => [
        name.replaceAll("-", "_"),
        memoryLimit(name, args.text(name)),
      ]),
    ),
  set: (domain, _args, values, flags) => domain.setMemoryParameters(values, { flags }),
  get: (domain, _args, flags) => domain.getMemoryParameters({ flags }),
  show: (value) => (value === UNLIMITED ? "unlimited" : String(value)),
});

function rates(args: Arguments, direction: string): [string, number][] {
  const text = args.optional(direction);
  if (text === undefined) return [];
  return Object.entries(parseRate(text, direction, true)).flatMap(([field, value = "0"]) =>
    field === "average" || value !== "0"
      ? [[`${direction}.${field}`, Number(value)] satisfies [string, number]]
      : [],
  );
}

export const domiftune: Command = limits({
  options: [
    data("interface", "interface name or hardware address"),
    data("inbound", "how fast the guest receives: average,peak,burst,floor", false),
    data("outbound", "how fast the guest sends: average,peak,burst", false),
  ],
  failure: ["Unable to get interface parameters", "Unable to set interface parameters"],
  wanted: (args) => Object.fromEntries([...rates(args, "inbound"), ...rates(args, "outbound")]),
  set: (domain, args, values, flags) =>
    domain.setInterfaceParameters(args.text("interface"), values, { flags }),
  get: (domain, args, flags) => domain.getInterfaceParameters(args.text("interface"), { flags }),
});

const KINDS = [
  "total-bytes-sec",
  "read-bytes-sec",
  "write-bytes-sec",
  "total-iops-sec",
  "read-iops-sec",
  "write-iops-sec",
];
const THROTTLES = [
  ...KINDS,
  ...KINDS.map((kind) => `${kind}-max`),
  "size-iops-sec",
  "group-name",
  ...KINDS.map((kind) => `${kind}-max-length`),
];

function throttle(name: string, args: Arguments): bigint | string {
  const text = args.text(name);
  if (name === "group-name") return text;
  const scaled = /-bytes-sec(?:-max)?$/.test(name);
  if (/^\d+$/.test(text)) return BigInt(text);
  try {
    if (scaled) return parseSize(text, name);
  } catch {
    // It is told of below.
  }
  throw new CommandError(
    `${scaled ? "Scaled numeric" : "Numeric"} value '${text}' for <${name}> option is malformed or out of range`,
    new CommandError("Unable to parse integer parameter"),
  );
}

export const blkdeviotune: Command = limits({
  options: [
    data("device", "target of the disk"),
    ...THROTTLES.map((name) => data(name, `the limit ${name.replaceAll("-", "_")}; 0 for none`, false)),
  ],
  failure: ["Unable to get block I/O throttle parameters", "Unable to change block I/O throttle"],
  wanted: (args) =>
    Object.fromEntries(
      THROTTLES.filter((name) => args.has(name)).map((name) => [
        name.replaceAll("-", "_"),
        throttle(name, args),
      ]),
    ),
  set: (domain, args, values, flags) => domain.setBlockIoTune(args.text("device"), values, { flags }),
  get: (domain, args, flags) => domain.getBlockIoTune(args.text("device"), { flags }),
});
