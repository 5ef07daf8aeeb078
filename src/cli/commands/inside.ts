import { Type } from "@sinclair/typebox";
import { type Domain, DomainGuestInfoTypes as Info } from "../../index.js";
import type { Arguments } from "../arguments.js";
import { type Command, command, data, flag, named, type Option } from "../command.js";
import { CommandError } from "../command-error.js";
import { findDomain } from "../find.js";
import { CODE_SETS, keyCode } from "../key-codes.js";
import { table } from "../table.js";
import { UsageError } from "../usage-error.js";

const DOMAIN = data("domain", "domain name, id or uuid");
const NUMBER = Type.Union([Type.Integer(), Type.String()]);

interface Doing {
  readonly options?: readonly Option[];
  readonly failure?: string;
  readonly act: (domain: Domain, args: Arguments) => Promise<unknown>;
  /** What is said when it is done, by the domain's name. */
  readonly said?: (name: string, args: Arguments) => string;
}

/** A command that has something done to a guest. */
function doing({ options = [], failure, act, said = () => "" }: Doing): Command {
  return command({
    options: [DOMAIN, ...options],
    schema: Type.Object({ domain: Type.String(), uuid: Type.String() }),
    failure: () => failure,
    run: async (context, args) => {
      const domain = await findDomain(context, args);
      await act(domain, args);
      return { domain: domain.name, uuid: domain.uuid };
    },
    text: ({ domain }, args) => said(domain, args),
  });
}

const MOST_KEYS = 16;

export const sendKey: Command = doing({
  options: [
    named("codeset", "what the keys are numbered by: linux unless told otherwise"),
    named("holdtime", "milliseconds for which they are held", "number"),
    { name: "keycode", kind: "rest", required: true, help: "the keys, held together: numbers or names" },
  ],
  act: async (domain, args) => {
    const set = args.optional("codeset") ?? "linux";
    const number = CODE_SETS.indexOf(set);
    if (number < 0) throw new CommandError(`unknown codeset: '${set}'`);
    const keys = args.rest("keycode");
    if (keys.length > MOST_KEYS) throw new CommandError("too many keycodes");
    const codes = keys.map((key) => {
      const code = keyCode(key, set);
      if (code === undefined) throw new CommandError(`invalid keycode: '${key}'`);
      return code;
    });
    await domain.sendKey(number, args.number("holdtime") ?? 0, codes);
  },
});

export const injectNmi: Command = doing({ act: (domain) => domain.injectNMI() });

const ENCRYPTED = 1;

export const setUserPassword: Command = doing({
  options: [
    data("user", "whose"),
    data("password", "the new password"),
    flag("encrypted", "the password is encrypted already"),
  ],
  act: (domain, args) =>
    domain.setUserPassword(args.text("user"), args.text("password"), {
      flags: args.flag("encrypted") ? ENCRYPTED : 0,
    }),
  said: (name, args) => `Password set successfully for ${args.text("user")} in ${name}`,
});

const SYNC = 1;
const BILLION = 1_000_000_000n;

export const domtime: Command = command<
  { readonly seconds: bigint; readonly nanoseconds: number } | undefined
>({
  options: [
    DOMAIN,
    flag("now", "set it to this computer's"),
    flag("pretty", "a date for people"),
    flag("sync", "set it by the guest's own clock"),
    data("time", "set it to these seconds since 1970", false, "number"),
  ],
  schema: Type.Union([Type.Null(), Type.Object({ seconds: NUMBER, nanoseconds: Type.Integer() })]),
  run: async (context, args) => {
    const given = ["time", "now", "sync"].filter((name) => args.has(name));
    if (given.length > 1) {
      throw new UsageError(`Options --${given[0] ?? ""} and --${given[1] ?? ""} are mutually exclusive`);
    }
    const domain = await findDomain(context, args);
    const time = args.number("time");
    if (given.length > 0) {
      const now = args.flag("now") ? BigInt(Date.now()) * 1_000_000n : BigInt(time ?? 0) * BILLION;
      await domain.setTime(now / BILLION, Number(now % BILLION), { flags: args.flag("sync") ? SYNC : 0 });
      return undefined;
    }
    const { seconds, nseconds } = await domain.getTime();
    return { seconds, nanoseconds: nseconds };
  },
  text: (time, args) => {
    if (time === undefined) return "";
    if (!args.flag("pretty")) return `Time: ${time.seconds}`;
    return `Time: ${new Date(Number(time.seconds) * 1000).toISOString().slice(0, 19).replace("T", " ")}`;
  },
});

/** `domfsfreeze` and `domfsthaw`, which are about all file systems or some. */
function freezing(verb: "freeze" | "thaw", done: string): Command {
  return command({
    options: [DOMAIN, { name: "mountpoint", kind: "rest", help: "where they are mounted" }],
    schema: Type.Object({ count: Type.Integer() }),
    failure: () => `Unable to ${verb} filesystems`,
    run: async (context, args) => {
      const domain = await findDomain(context, args);
      const places = args.rest("mountpoint");
      return { count: await (verb === "freeze" ? domain.fsFreeze(places) : domain.fsThaw(places)) };
    },
    text: ({ count }) => `${done} ${count} filesystem(s)\n`,
  });
}

export const domfsfreeze: Command = freezing("freeze", "Froze");
export const domfsthaw: Command = freezing("thaw", "Thawed");

export const domfstrim: Command = doing({
  options: [
    data("minimum", "leave free ranges that are smaller, in bytes", false, "number"),
    data("mountpoint", "where the file system is mounted", false),
  ],
  failure: "Unable to invoke fstrim",
  act: (domain, args) => domain.fsTrim(args.optional("mountpoint"), BigInt(args.number("minimum") ?? 0)),
});

export const domfsinfo: Command = command({
  options: [DOMAIN],
  schema: Type.Array(
    Type.Object({
      mountpoint: Type.String(),
      name: Type.String(),
      type: Type.String(),
      targets: Type.Array(Type.String()),
    }),
  ),
  failure: () => "Unable to get filesystem information",
  run: async (context, args) => {
    const systems = await (await findDomain(context, args)).getFSInfo();
    return systems.map(({ mountpoint, name, fstype, devAliases }) => ({
      mountpoint,
      name,
      type: fstype,
      targets: [...devAliases],
    }));
  },
  text: (systems, _args, { options: { quiet } }) => {
    if (systems.length === 0) return "No filesystems are mounted in the domain";
    return table(
      ["Mountpoint", "Name", "Type", "Target"],
      systems.map(({ mountpoint, name, type, targets }) => [mountpoint, name, type, targets.join(",")]),
      quiet,
    );
  },
});

const KINDS: readonly (readonly [name: string, bit: number, help: string])[] = [
  ["user", Info.USERS, "who is logged in"],
  ["os", Info.OS, "the operating system"],
  ["timezone", Info.TIMEZONE, "the time zone"],
  ["hostname", Info.HOSTNAME, "the host name"],
  ["filesystem", Info.FILESYSTEM, "the file systems"],
  ["disk", Info.DISKS, "the disks"],
  ["interface", Info.INTERFACES, "the network cards"],
];

export const guestinfo: Command = command({
  options: [DOMAIN, ...KINDS.map(([name, , help]) => flag(name, help))],
  schema: Type.Record(Type.String(), Type.Union([NUMBER, Type.Boolean(), Type.Array(NUMBER)])),
  run: async (context, args) => {
    const domain = await findDomain(context, args);
    const types = KINDS.reduce((all, [name, bit]) => (args.flag(name) ? all | bit : all), 0);
    return await domain.getGuestInfo(types);
  },
  text: (info) =>
    Object.entries(info)
      .map(([name, value]) => {
        const shown = typeof value === "boolean" ? (value ? "yes" : "no") : String(value);
        return `${name.padEnd(20)}: ${shown}\n`;
      })
      .join(""),
});
