import { argumentsOf } from "../../../codegen/emit/api/arguments.js";
import { coverageOf } from "../../../codegen/emit/api/coverage.js";
import { ApiPlan } from "../../../codegen/emit/api/plan.js";
import { GeneratedFile } from "../../../codegen/emit/generated-file.js";
import { readModels } from "../../../codegen/models.js";

/** A method to call, with arguments that mean the same to us and to libvirt-python. */
export interface Question {
  readonly fn: string;
  readonly className: string;
  readonly method: string;
  readonly ours: readonly unknown[];
  readonly theirs: readonly unknown[];
  readonly hasFlags: boolean;
}

const UUID = "12345678-1234-4234-8234-123456789abc";
const uuidBytes = Uint8Array.from(Buffer.from(UUID.replaceAll("-", ""), "hex"));

/** Arguments of methods that were written by hand; all others are known to the generator. */
const BY_HAND: Readonly<Record<string, { readonly args?: readonly unknown[]; readonly flags?: true }>> = {
  virConnectIsEncrypted: {},
  virConnectIsSecure: {},
  virConnectGetType: {},
  virConnectGetURI: {},
  virNodeGetInfo: {},
  virNodeGetSecurityModel: {},
  virNodeGetCPUMap: { flags: true },
  virNodeGetCPUStats: { args: [-1], flags: true },
  virNodeGetMemoryStats: { args: [-1], flags: true },
  virConnectGetAllDomainStats: { args: [0], flags: true },
  virDomainCreate: {},
  virDomainCreateWithFlags: { flags: true },
  virDomainDestroy: {},
  virDomainDestroyFlags: { flags: true },
  virDomainSave: { args: ["/nonexistent/file"] },
  virDomainManagedSave: { flags: true },
  virDomainRename: { args: ["renamed"], flags: true },
  virDomainGetBlockJobInfo: { args: ["vda"], flags: true },
  virDomainGetDiskErrors: { flags: true },
  virDomainGetEmulatorPinInfo: { flags: true },
  virDomainGetIOThreadInfo: { flags: true },
  virDomainGetSchedulerParameters: {},
  virDomainGetSchedulerParametersFlags: { flags: true },
  virDomainGetSecurityLabel: {},
  virDomainGetSecurityLabelList: {},
  virDomainGetVcpuPinInfo: { flags: true },
  virDomainGetVcpus: {},
  virDomainMemoryStats: {},
  virDomainBlockPeek: { args: ["vda", 0n, 16], flags: true },
  virDomainMemoryPeek: { args: [0n, 16], flags: true },
  virDomainGetCPUStats: { args: [-1] },
  virNetworkUpdate: { args: [3, 4, -1, "<host/>"], flags: true },
  virDomainLookupByUUIDString: { args: [UUID] },
  virNetworkLookupByUUIDString: { args: [UUID] },
  virNWFilterLookupByUUIDString: { args: [UUID] },
  virSecretLookupByUUIDString: { args: [UUID] },
  virStoragePoolLookupByUUIDString: { args: [UUID] },
  virNetworkPortLookupByUUIDString: { args: [UUID] },
};

/** What stands for a parameter, by its name where one value is better than another, else by its type. */
const BY_NAME: Readonly<Record<string, unknown>> = {
  disk: "vda",
  dev: "vda",
  device: "vda",
  name: "test",
  nparams: 0,
  pages: [4],
  file: "/nonexistent/file",
  from: "/nonexistent/file",
  to: "/nonexistent/file",
  path: "/nonexistent/path",
  nvcpus: 1,
  memory: 65_536n,
  // No such target: this must never put the machine to sleep.
  target: 99,
  seconds: 0n,
  cellCount: 1,
  maxCells: 1,
  cpumap: [0],
  keycodes: [1],
};
const BY_TYPE: Readonly<Record<string, unknown>> = {
  string: "nonsense",
  "string | undefined": "nonsense",
  "string | Uint8Array": uuidBytes,
  number: 0,
  bigint: 0n,
  boolean: false,
  "readonly string[]": ["<nonsense/>"],
  "readonly number[]": [1],
  "readonly bigint[]": [0n],
  Uint8Array: Uint8Array.of(1, 2, 3),
  TypedParameterValues: {},
  CpuSet: [0],
};

/** libvirt-python takes no empty set of parameters. */
const PARAMETERS: Readonly<Record<string, Readonly<Record<string, number | bigint>>>> = {
  virDomainSetBlkioParameters: { weight: 500 },
  virDomainSetBlockIoTune: { total_bytes_sec: 1_048_576n },
  virDomainSetInterfaceParameters: { "inbound.average": 128 },
  virDomainSetMemoryParameters: { hard_limit: 1_048_576n },
  virDomainSetNumaParameters: { numa_mode: 0 },
};

function sample(name: string, type: string): unknown {
  if (name in BY_NAME) {
    const value = BY_NAME[name];
    // The same name can be of another type elsewhere.
    if (typeof value === "bigint" && type === "number") return Number(value);
    if (typeof value === "number" && type === "bigint") return BigInt(value);
    return value;
  }
  if (type === "string" && /xml/i.test(name)) return "<nonsense/>";
  return BY_TYPE[type];
}

/** What libvirt-python takes for a value of ours. */
function forOracle(value: unknown, type: string): unknown {
  return type === "CpuSet" ? { $tuple: [true] } : value;
}

/** One question for each method that takes no or simple arguments; the others by name, with the reason. */
export function questions(): {
  readonly all: readonly Question[];
  readonly left: ReadonlyMap<string, string>;
} {
  const models = readModels("codegen/model");
  const plan = new Map(new ApiPlan(models).methods.map((method) => [method.fn.name, method]));
  const left = new Map<string, string>();
  const all = coverageOf(models.api).flatMap(({ fn, fate }): Question[] => {
    if (fate.kind !== "method" || fate.className.startsWith("Admin")) return [];
    const { className, name: method } = fate;
    const byHand = BY_HAND[fn.name];
    if (byHand !== undefined) {
      const args = byHand.args ?? [];
      return [{ fn: fn.name, className, method, ours: args, theirs: args, hasFlags: byHand.flags === true }];
    }
    const generated = plan.get(fn.name);
    if (generated === undefined) {
      left.set(fn.name, "written by hand, with arguments of its own");
      return [];
    }
    const counted = /^(?:max(?:names|ids|uuids)|nparams)$/;
    const parameters = argumentsOf(generated, new GeneratedFile("", "")).flatMap(({ parameter }, i) =>
      parameter === undefined || counted.test(generated.args[i]?.name ?? "") ? [] : [parameter],
    );
    const values = parameters.map(({ name, type }) =>
      type === "TypedParameterValues" ? (PARAMETERS[fn.name] ?? {}) : sample(name, type),
    );
    if (values.includes(undefined)) {
      left.set(fn.name, "takes an object");
      return [];
    }
    const hasFlags = generated.args.some(({ name }) => name === "flags");
    const theirs = parameters.map(({ type }, i) => forOracle(values[i], type));
    return [{ fn: fn.name, className, method, ours: values, theirs, hasFlags }];
  });
  return { all: all.toSorted((a, b) => rank(a) - rank(b)), left };
}

/** What ends or removes an object comes last, so that the others still find it. */
const LAST: readonly RegExp[] = [
  /^(?:shutdown|reboot|reset)/,
  /^(?:destroy|delete)/,
  /^undefine/,
  // libvirt 9.0.0 keeps a QEMU domain locked after saves that fail: nothing may come behind them.
  /^(?:save|managedSave|rename)/,
];

function rank({ method }: Question): number {
  return LAST.findIndex((pattern) => pattern.test(method)) + 1;
}
