import { Type } from "@sinclair/typebox";
import { DomainMetadataType, isLibvirtError } from "../../index.js";
import { type Command, command, data, flag, IMPACT } from "../command.js";
import { editUntilDone } from "../editor.js";
import { findDomain } from "../find.js";
import { UsageError } from "../usage-error.js";

const DOMAIN = data("domain", "domain name, id or uuid");

/** What a domain need not have. */
async function present(answer: Promise<string>): Promise<string | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isLibvirtError(error, "NO_DOMAIN_METADATA")) return undefined;
    throw error;
  }
}

export const desc: Command = command({
  options: [
    DOMAIN,
    ...IMPACT,
    flag("title", "the title instead of the description"),
    flag("edit", "change it in an editor"),
    { name: "new-desc", kind: "rest", help: "the new text" },
  ],
  schema: Type.Object({
    domain: Type.String(),
    text: Type.Union([Type.String(), Type.Null()]),
    changed: Type.Boolean(),
  }),
  run: async (context, args) => {
    const domain = await findDomain(context, args);
    const type = args.flag("title") ? DomainMetadataType.TITLE : DomainMetadataType.DESCRIPTION;
    const words = args.rest("new-desc");
    const flags = args.impact();
    const { name } = domain;
    const set = async (text: string): Promise<string> => {
      await domain.setMetadata(type, text === "" ? undefined : text, undefined, undefined, { flags });
      return text;
    };
    const given = words.length > 0 ? words.join(" ") : undefined;
    if (given !== undefined && !args.flag("edit")) {
      return { domain: name, text: await set(given), changed: true };
    }
    const now = await present(domain.getMetadata(type, undefined, { flags }));
    if (!args.flag("edit")) return { domain: name, text: now, changed: false };
    const edited = await editUntilDone(context, ".txt", given ?? now ?? "", (text) =>
      set(text.replace(/\n$/, "")),
    );
    return { domain: name, text: edited, changed: edited !== undefined };
  },
  text: ({ domain, text, changed }, args, { options: { quiet } }) => {
    const what = args.flag("title") ? "title" : "description";
    if (args.flag("edit") && !changed) return quiet ? "" : `Domain ${what} not changed\n`;
    if (changed) return quiet ? "" : `Domain ${what} updated successfully`;
    if (text !== undefined) return text;
    return quiet ? "" : `No ${what} for domain: ${domain}`;
  },
});

const EXCLUSIVE: readonly (readonly [one: string, other: string])[] = [
  ["edit", "set"],
  ["set", "remove"],
  ["remove", "edit"],
];

export const metadata: Command = command({
  options: [
    DOMAIN,
    data("uri", "the namespace of the element"),
    ...IMPACT,
    data("key", "the prefix for the namespace", false),
    data("set", "the new element", false),
    flag("remove", "take it away"),
    flag("edit", "change it in an editor"),
  ],
  schema: Type.Object({ metadata: Type.Union([Type.String(), Type.Null()]), changed: Type.Boolean() }),
  run: async (context, args) => {
    const domain = await findDomain(context, args);
    const uri = args.text("uri");
    const flags = args.impact();
    const set = args.optional("set");
    const { ELEMENT } = DomainMetadataType;
    for (const [one, other] of EXCLUSIVE) {
      if (args.has(one) && args.has(other)) {
        throw new UsageError(`Options --${one} and --${other} are mutually exclusive`);
      }
    }
    const key = args.optional("key");
    if (key === undefined && (set !== undefined || args.flag("edit"))) {
      throw new UsageError("namespace key is required when modifying metadata");
    }
    if (args.flag("edit")) {
      const now = await present(domain.getMetadata(ELEMENT, uri, { flags }));
      const edited = await editUntilDone(context, ".xml", now ?? "", async (xml) => {
        await domain.setMetadata(ELEMENT, xml, key, uri, { flags });
        return xml;
      });
      return { metadata: edited, changed: edited !== undefined };
    }
    if (set !== undefined || args.flag("remove")) {
      await domain.setMetadata(ELEMENT, set, key, uri, { flags });
      return { metadata: set, changed: true };
    }
    return { metadata: await domain.getMetadata(ELEMENT, uri, { flags }), changed: false };
  },
  text: ({ metadata: text, changed }, args, { options: { quiet } }) => {
    if (args.flag("edit") && !changed) return quiet ? "" : "Metadata not changed\n";
    if (!changed) return `${text ?? ""}\n`;
    return quiet ? "" : args.flag("remove") ? "Metadata removed\n" : "Metadata modified\n";
  },
});
