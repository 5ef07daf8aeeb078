import { Type } from "@sinclair/typebox";
import type { StoragePool } from "../../index.js";
import type { Arguments } from "../arguments.js";
import { type Command, command, data, flag, type Option } from "../command.js";
import type { Context } from "../context.js";
import { readDocument } from "../find.js";
import { around, attributes, leaf, line } from "../xml-text.js";
import { BUILDING, creationFlags } from "./pool-build.js";

const SOURCE: readonly Option[] = [
  data("source-host", "the host that has it", false),
  data("source-path", "where it is there", false),
  data("source-dev", "the device that it is on", false),
  data("source-name", "its name there", false),
  data("target", "where it is on this host", false),
  data("source-format", "its format", false),
  data("auth-type", "how to log in there", false),
  data("auth-username", "as whom", false),
  data("secret-usage", "what the secret for it is used for", false),
  data("secret-uuid", "the UUID of the secret for it", false),
  data("adapter-name", "the SCSI host", false),
  data("adapter-wwnn", "the node of a Fibre Channel host", false),
  data("adapter-wwpn", "the port of a Fibre Channel host", false),
  data("adapter-parent", "the host that this one is made on, by its name", false),
  data("adapter-parent-wwnn", "the same by its node", false),
  data("adapter-parent-wwpn", "and its port", false),
  data("adapter-parent-fabric-wwn", "the same by its fabric", false),
  data("source-protocol-ver", "version of NFS", false),
  data("source-initiator", "name of the iSCSI initiator", false),
];

/** The document that the options describe. */
function poolXml(args: Arguments): string {
  return (
    `<pool${attributes({ type: args.text("type") })}>\n` +
    line(2, "name", args.text("name")) +
    around(2, "source", sourceXml(args)) +
    around(2, "target", line(4, "path", args.optional("target"))) +
    "</pool>\n"
  );
}

function sourceXml(args: Arguments): string {
  const at = (name: string): string | undefined => args.optional(name);
  const initiator = leaf(6, "iqn", { name: at("source-initiator") });
  return (
    leaf(4, "host", { name: at("source-host") }) +
    leaf(4, "dir", { path: at("source-path") }) +
    leaf(4, "device", { path: at("source-dev") }) +
    adapterXml(args) +
    around(4, "initiator", initiator) +
    authXml(args) +
    leaf(4, "format", { type: at("source-format") }) +
    line(4, "name", at("source-name")) +
    leaf(4, "protocol", { ver: at("source-protocol-ver") })
  );
}

function adapterXml(args: Arguments): string {
  const at = (name: string): string | undefined => args.optional(`adapter-${name}`);
  if (at("wwnn") !== undefined && at("wwpn") !== undefined) {
    return leaf(4, "adapter", {
      type: "fc_host",
      parent: at("parent"),
      parent_wwnn: at("parent-wwnn"),
      parent_wwpn: at("parent-wwpn"),
      parent_fabric_wwn: at("parent-fabric-wwn"),
      wwnn: at("wwnn"),
      wwpn: at("wwpn"),
    });
  }
  return at("name") === undefined ? "" : leaf(4, "adapter", { type: "scsi_host", name: at("name") });
}

function authXml(args: Arguments): string {
  const [type, username] = [args.optional("auth-type"), args.optional("auth-username")];
  const [uuid, usage] = [args.optional("secret-uuid"), args.optional("secret-usage")];
  if (type === undefined || username === undefined || (uuid ?? usage) === undefined) return "";
  const secret = leaf(6, "secret", uuid === undefined ? { usage } : { uuid });
  return `    <auth${attributes({ type, username })}>\n${secret}    </auth>\n`;
}

type Made = { readonly name: string; readonly uuid: string } | { readonly xml: string };

/** A command that makes a pool of arguments. */
function poolFromArguments(
  verb: "create" | "define",
  options: readonly Option[],
  make: (context: Context, xml: string, args: Arguments) => Promise<StoragePool>,
): Command {
  return command<Made>({
    options: [
      data("name", "name of the pool"),
      data("type", "type of the pool"),
      flag("print-xml", "only print the document"),
      ...SOURCE,
      ...options,
    ],
    schema: Type.Union([
      Type.Object({ name: Type.String(), uuid: Type.String() }),
      Type.Object({ xml: Type.String() }),
    ]),
    failure: (args) => `Failed to ${verb} pool ${args.text("name")}`,
    run: async (context, args) => {
      const xml = poolXml(args);
      if (args.flag("print-xml")) return { xml };
      const { name, uuid } = await make(context, xml, args);
      return { name, uuid };
    },
    text: (made, _args, { options: { quiet } }) =>
      "xml" in made ? made.xml : quiet ? "" : `Pool ${made.name} ${verb}d\n`,
  });
}

export const createAs: Command = poolFromArguments("create", BUILDING, async (context, xml, args) =>
  (await context.connection()).storagePoolCreateXML(xml, { flags: creationFlags(args) }),
);
export const defineAs: Command = poolFromArguments("define", [], async (context, xml) =>
  (await context.connection()).storagePoolDefineXML(xml),
);

const SOURCES = Type.Object({ sources: Type.String() });

export const findSources: Command = command({
  options: [data("type", "type of pool"), data("srcSpec", "file with a document of where to look", false)],
  schema: SOURCES,
  failure: (args) => `Failed to find any ${args.text("type")} pool sources`,
  run: async (context, args) => {
    const conn = await context.connection();
    const spec = args.optional("srcSpec") === undefined ? undefined : await readDocument(args, "srcSpec");
    return { sources: await conn.findStoragePoolSources(args.text("type"), spec) };
  },
  text: ({ sources }) => sources,
});

export const findSourcesAs: Command = command({
  options: [
    data("type", "type of pool"),
    data("host", "where to look", false),
    data("port", "and at which port", false),
    data("initiator", "as which iSCSI initiator", false),
  ],
  schema: SOURCES,
  failure: (args) => `Failed to find any ${args.text("type")} pool sources`,
  run: async (context, args) => {
    const conn = await context.connection();
    const host = args.optional("host");
    const spec =
      host === undefined
        ? undefined
        : "<source>\n" +
          leaf(2, "host", { name: host, port: args.optional("port") }) +
          around(2, "initiator", leaf(4, "iqn", { name: args.optional("initiator") })) +
          "</source>\n";
    return { sources: await conn.findStoragePoolSources(args.text("type"), spec) };
  },
  text: ({ sources }) => sources,
});

export const capabilities: Command = command({
  options: [],
  schema: Type.Object({ capabilities: Type.String() }),
  failure: () => "failed to get storage pool capabilities",
  run: async (context) => ({
    capabilities: await (await context.connection()).getStoragePoolCapabilities(),
  }),
  text: ({ capabilities: text }) => `${text}\n`,
});
