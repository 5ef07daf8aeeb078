import { Type } from "@sinclair/typebox";
import { ConnectListAllSecretsFlags as Filter, type Secret, SecretUsageType } from "../../index.js";
import { type Command, command, data, flag, named } from "../command.js";
import { CommandError } from "../command-error.js";
import { findSecret, readDocument } from "../find.js";
import { table } from "../table.js";

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
    const { uuid } = await (await context.connection()).secretDefineXML(await readDocument(args));
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
    data("base64", "the value, in base64", false),
    named("file", "file with the value"),
    flag("plain", "the value in the file is not in base64"),
  ],
  schema: CHANGED,
  failure: () => "Failed to set secret value",
  run: async (context, args) => {
    const secret = await findSecret(context, args);
    const given = args.optional("base64");
    if (given === undefined && args.optional("file") === undefined) {
      throw new CommandError("Input secret value is missing");
    }
    const text = given ?? (await readDocument(args));
    await secret.setValue(args.flag("plain") ? Buffer.from(text) : Buffer.from(text, "base64"));
    return { uuid: secret.uuid };
  },
  text: (_value, _args, { options: { quiet } }) => (quiet ? "" : "Secret value set\n"),
});

export const getValue: Command = command({
  options: [SECRET, flag("plain", "as it is instead of in base64")],
  schema: Type.Object({ value: Type.String() }),
  failure: () => "Failed to get value of secret",
  run: async (context, args) => {
    const value = Buffer.from(await (await findSecret(context, args)).getValue());
    return { value: args.flag("plain") ? value.toString() : value.toString("base64") };
  },
  text: ({ value }) => value,
});
