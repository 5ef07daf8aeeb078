import { Type } from "@sinclair/typebox";
import { ConnectListAllSecretsFlags as Filter, type Secret, SecretUsageType } from "../../index.js";
import type { Arguments } from "../arguments.js";
import { askHidden } from "../ask.js";
import { type Command, command, data, flag, named } from "../command.js";
import { CommandError } from "../command-error.js";
import type { Context } from "../context.js";
import { findSecret, readDocument } from "../find.js";
import { table } from "../table.js";
import { UsageError } from "../usage-error.js";

const SECRET = data("secret", "secret uuid");
const CHANGED = Type.Object({ uuid: Type.String() });
const USAGES: Readonly<Record<number, string>> = {
  [SecretUsageType.NONE]: "none",
  [SecretUsageType.VOLUME]: "volume",
  [SecretUsageType.CEPH]: "ceph",
  [SecretUsageType.ISCSI]: "iscsi",
  [SecretUsageType.TLS]: "tls",
  [SecretUsageType.VTPM]: "vtpm",
};

export const list: Command = command({
  options: [
    flag("ephemeral", "list ephemeral secrets"),
    flag("no-ephemeral", "list lasting secrets"),
    flag("private", "list private secrets"),
    flag("no-private", "list secrets that are not private"),
  ],
  schema: Type.Array(Type.Object({ uuid: Type.String(), usage: Type.String(), id: Type.String() })),
  failure: () => "Failed to list secrets",
  run: async (context, args) => {
    let flags = 0;
    if (args.flag("ephemeral")) flags |= Filter.EPHEMERAL;
    if (args.flag("no-ephemeral")) flags |= Filter.NO_EPHEMERAL;
    if (args.flag("private")) flags |= Filter.PRIVATE;
    if (args.flag("no-private")) flags |= Filter.NO_PRIVATE;
    const secrets = await (await context.connection()).listAllSecrets({ flags });
    const row = ({ uuid, usageType, usageID }: Secret): { uuid: string; usage: string; id: string } => ({
      uuid,
      usage: USAGES[usageType] ?? "unknown",
      id: usageID,
    });
    return secrets.map(row).toSorted((a, b) => (a.uuid < b.uuid ? -1 : 1));
  },
  text: (rows, _args, { options: { quiet } }) =>
    table(
      ["UUID", "Usage"],
      rows.map(({ uuid, usage, id }) => [uuid, usage === "none" ? "Unused" : `${usage} ${id}`]),
      quiet,
    ),
});

export const define: Command = command({
  options: [data("file", "file with the secret's document"), flag("validate", "check it against the schema")],
  schema: CHANGED,
  failure: (args) => `Failed to set attributes from ${args.text("file")}`,
  run: async (context, args) => {
    const flags = args.flag("validate") ? 1 : 0;
    const { uuid } = await (await context.connection()).secretDefineXML(await readDocument(args), { flags });
    return { uuid };
  },
  text: ({ uuid }, _args, { options: { quiet } }) => (quiet ? "" : `Secret ${uuid} created\n`),
});

export const dumpxml: Command = command({
  options: [SECRET],
  schema: Type.Object({ xml: Type.String() }),
  run: async (context, args) => ({ xml: await (await findSecret(context, args)).getXMLDesc() }),
  text: ({ xml }) => xml,
});

export const undefine: Command = command({
  options: [SECRET],
  schema: CHANGED,
  failure: (args) => `Failed to delete secret ${args.text("secret")}`,
  run: async (context, args) => {
    const secret = await findSecret(context, args);
    await secret.undefine();
    return { uuid: secret.uuid };
  },
  text: ({ uuid }, _args, { options: { quiet } }) => (quiet ? "" : `Secret ${uuid} deleted\n`),
});

export const setValue: Command = command({
  options: [
    SECRET,
    named("file", "file with the value"),
    data("base64", "the value, in base64; others can see it meanwhile", false),
    flag("plain", "the value in the file is not in base64"),
    flag("interactive", "ask for the value"),
  ],
  schema: CHANGED,
  failure: () => "Failed to set secret value",
  run: async (context, args) => {
    const ways = ["file", "interactive", "base64"].filter((name) => args.has(name));
    const [first, second] = ways;
    if (first !== undefined && second !== undefined) {
      throw new UsageError(`Options --${first} and --${second} are mutually exclusive`);
    }
    const secret = await findSecret(context, args);
    const value = await newValue(context, args);
    await secret.setValue(value);
    return { uuid: secret.uuid };
  },
  text: (_value, _args, { options: { quiet } }) => (quiet ? "" : "Secret value set\n"),
});

async function newValue(context: Context, args: Arguments): Promise<Uint8Array> {
  const given = args.optional("base64");
  if (given !== undefined) {
    context.terminal.stderr.write("error: Passing secret value as command-line argument is insecure!\n");
    return Buffer.from(given, "base64");
  }
  if (args.flag("interactive")) return Buffer.from(await askHidden(context, "Enter new value for secret:"));
  if (!args.has("file")) throw new CommandError("Input secret value is missing");
  const text = await readDocument(args);
  return args.flag("plain") ? Buffer.from(text) : Buffer.from(text, "base64");
}

export const getValue: Command = command({
  options: [SECRET, flag("plain", "as it is instead of in base64")],
  schema: Type.Object({ value: Type.String() }),
  run: async (context, args) => {
    const value = Buffer.from(await (await findSecret(context, args)).getValue());
    return { value: args.flag("plain") ? value.toString() : value.toString("base64") };
  },
  text: ({ value }) => value,
});
