import { Type } from "@sinclair/typebox";
import { type Domain, isLibvirtError, DomainXMLFlags as Xml } from "../../index.js";
import { type Command, command, data, flag } from "../command.js";
import { stateName, stateReason } from "../domain-state.js";
import { findDomain } from "../find.js";
import { fields } from "../table.js";
import { UsageError } from "../usage-error.js";

const DOMAIN = data("domain", "domain name, id or uuid");

export const dominfo: Command = command({
  options: [DOMAIN],
  schema: Type.Object({
    id: Type.Union([Type.Integer(), Type.Null()]),
    name: Type.String(),
    uuid: Type.String(),
    osType: Type.String(),
    state: Type.String(),
    cpus: Type.Integer(),
    cpuTime: Type.Union([Type.Integer(), Type.String()]),
    maxMemory: Type.Integer(),
    usedMemory: Type.Integer(),
    persistent: Type.Boolean(),
    autostart: Type.Boolean(),
    managedSave: Type.Boolean(),
    securityModel: Type.Union([Type.String(), Type.Null()]),
    securityDoi: Type.Union([Type.String(), Type.Null()]),
    securityLabel: Type.Union([Type.String(), Type.Null()]),
  }),
  run: async (context, args) => {
    const domain = await findDomain(context, args);
    const conn = await context.connection();
    const [osType, info, persistent, autostart, managedSave] = await Promise.all([
      domain.getOSType(),
      domain.getInfo(),
      domain.isPersistent(),
      domain.getAutostart(),
      domain.hasManagedSaveImage(),
    ]);
    const model = await optional(conn.nodeGetSecurityModel());
    const label =
      model === undefined || domain.id < 0 ? undefined : await optional(domain.getSecurityLabel());
    return {
      id: domain.id < 0 ? undefined : domain.id,
      name: domain.name,
      uuid: domain.uuid,
      osType,
      state: stateName(info.state),
      cpus: info.nrVirtCpu,
      cpuTime: info.cpuTime,
      maxMemory: info.maxMem,
      usedMemory: info.memory,
      persistent,
      autostart,
      managedSave,
      securityModel: model?.model,
      securityDoi: model?.doi,
      securityLabel:
        label === undefined ? undefined : `${label.label} (${label.enforcing ? "enforcing" : "permissive"})`,
    };
  },
  text: (info) =>
    `${fields([
      ["Id", info.id === undefined ? "-" : String(info.id)],
      ["Name", info.name],
      ["UUID", info.uuid],
      ["OS Type", info.osType],
      ["State", info.state],
      ["CPU(s)", String(info.cpus)],
      ...(info.cpuTime === 0n ? [] : [["CPU time", `${(Number(info.cpuTime) / 1e9).toFixed(1)}s`] as const]),
      ["Max memory", `${info.maxMemory} KiB`],
      ["Used memory", `${info.usedMemory} KiB`],
      ["Persistent", info.persistent ? "yes" : "no"],
      ["Autostart", info.autostart ? "enable" : "disable"],
      ["Managed save", info.managedSave ? "yes" : "no"],
      ...(info.securityModel === undefined || info.securityModel === ""
        ? []
        : ([
            ["Security model", info.securityModel],
            ["Security DOI", info.securityDoi ?? ""],
          ] as const)),
      ...(info.securityLabel === undefined ? [] : ([["Security label", info.securityLabel]] as const)),
    ])}`,
});

/** What not every driver has. */
async function optional<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isLibvirtError(error, "NO_SUPPORT")) return undefined;
    throw error;
  }
}

/** A command that prints one fact. */
function fact(key: string, of: (domain: Domain) => string, options = [DOMAIN]): Command {
  return command<Record<string, string>>({
    options,
    schema: Type.Object({ [key]: Type.String() }),
    run: async (context, args) => ({ [key]: of(await findDomain(context, args)) }),
    text: (value) => `${value[key] ?? ""}\n`,
  });
}

export const domid: Command = fact("id", ({ id }) => (id < 0 ? "-" : String(id)));
export const domuuid: Command = fact("uuid", ({ uuid }) => uuid);
export const domname: Command = fact("name", ({ name }) => name);

export const domstate: Command = command({
  options: [DOMAIN, flag("reason", "tell why, too")],
  schema: Type.Object({ state: Type.String(), reason: Type.String() }),
  run: async (context, args) => {
    const { state, reason } = await (await findDomain(context, args)).getState();
    return { state: stateName(state), reason: stateReason(state, reason) };
  },
  text: ({ state, reason }, args) => `${state}${args.flag("reason") ? ` (${reason})` : ""}\n`,
});

export const dumpxml: Command = command({
  options: [
    DOMAIN,
    flag("inactive", "the persistent definition"),
    flag("security-info", "with passwords"),
    flag("update-cpu", "with the processor as the host has it"),
    flag("migratable", "as it would be sent to another host"),
  ],
  schema: Type.Object({ xml: Type.String() }),
  run: async (context, args) => {
    const domain = await findDomain(context, args);
    let flags = 0;
    if (args.flag("security-info")) flags |= Xml.SECURE;
    if (args.flag("inactive")) flags |= Xml.INACTIVE;
    if (args.flag("update-cpu")) flags |= Xml.UPDATE_CPU;
    if (args.flag("migratable")) flags |= Xml.MIGRATABLE;
    return { xml: await domain.getXMLDesc({ flags }) };
  },
  text: ({ xml }) => xml,
});

export const domhostname: Command = command({
  options: [DOMAIN, data("source", "where it is known from: lease or agent", false)],
  schema: Type.Object({ hostname: Type.String() }),
  failure: () => "failed to get hostname",
  run: async (context, args) => {
    const domain = await findDomain(context, args);
    const source = args.optional("source");
    const flags = source === undefined ? 0 : { lease: 1, agent: 2 }[source];
    if (flags === undefined) throw new UsageError(`Unknown data source '${source ?? ""}'`);
    return { hostname: await domain.getHostname({ flags }) };
  },
  text: ({ hostname }) => `${hostname}\n`,
});

export const domcontrol: Command = command({
  options: [DOMAIN],
  schema: Type.Object({ state: Type.String(), seconds: Type.Number() }),
  run: async (context, args) => {
    const { state, stateTime } = await (await findDomain(context, args)).getControlInfo();
    const names = ["ok", "background job", "occupied", "error"];
    return { state: names[state] ?? "unknown", seconds: Number(stateTime) / 1000 };
  },
  text: ({ state, seconds }) => (state === "ok" ? "ok\n" : `${state} (${seconds.toFixed(3)}s)\n`),
});
