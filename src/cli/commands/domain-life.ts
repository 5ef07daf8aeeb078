import { Type } from "@sinclair/typebox";
import {
  DomainDestroyFlagsValues as Destroy,
  type Domain,
  DomainCreateFlags,
  DomainSaveRestoreFlags as Saved,
} from "../../index.js";
import type { Arguments } from "../arguments.js";
import { type Command, command, data, flag, type Option } from "../command.js";
import type { Context } from "../context.js";
import { findDomain, readDocument } from "../find.js";
import { withJobProgress } from "../job-progress.js";

const DOMAIN = data("domain", "domain name, id or uuid");
/** What a command that changes something says of it. */
const CHANGED = Type.Object({ domain: Type.String(), uuid: Type.String() });
type Changed = { readonly domain: string; readonly uuid: string };

const changed = ({ name, uuid }: Domain): Changed => ({ domain: name, uuid });

interface Action {
  readonly options?: readonly Option[];
  /** What it does, as an infinitive: "start". Without it, only the reason is told when it fails. */
  readonly verb?: string;
  readonly act: (domain: Domain, args: Arguments, context: Context) => Promise<unknown>;
  /** What is said when it is done; `undefined` for nothing. */
  readonly done?: (name: string, args: Arguments) => string;
}

/** A command that does something to one domain. */
function action({ options = [], verb, act, done }: Action): Command {
  return command<Changed>({
    options: [DOMAIN, ...options],
    schema: CHANGED,
    failure: (args) => (verb === undefined ? undefined : `Failed to ${verb} domain '${args.text("domain")}'`),
    run: async (context, args) => {
      const domain = await findDomain(context, args);
      const before = changed(domain);
      await act(domain, args, context);
      return before;
    },
    text: ({ domain }, args, { options: { quiet } }) =>
      quiet || done === undefined ? "" : done(domain, args),
  });
}

export const start: Command = command<Changed>({
  options: [
    DOMAIN,
    flag("console", "attach to the console after it has started"),
    flag("paused", "leave it paused"),
    flag("autodestroy", "end it with this connection"),
    flag("bypass-cache", "avoid the file system cache when it is loaded"),
    flag("force-boot", "do not use a managed save"),
    flag("reset-nvram", "initialise its firmware's variables anew"),
  ],
  schema: CHANGED,
  failure: (args) => `Failed to start domain '${args.text("domain")}'`,
  run: async (context, args) => {
    const domain = await findDomain(context, args);
    if (domain.id >= 0) throw new Error("Domain is already active");
    let flags = 0;
    if (args.flag("paused")) flags |= DomainCreateFlags.START_PAUSED;
    if (args.flag("autodestroy")) flags |= DomainCreateFlags.START_AUTODESTROY;
    if (args.flag("bypass-cache")) flags |= DomainCreateFlags.START_BYPASS_CACHE;
    if (args.flag("force-boot")) flags |= DomainCreateFlags.START_FORCE_BOOT;
    if (args.flag("reset-nvram")) flags |= DomainCreateFlags.START_RESET_NVRAM;
    await (flags === 0 ? domain.create() : domain.createWithFlags({ flags }));
    if (args.flag("console")) await (await import("../attach.js")).attach(context, domain, undefined, 0);
    return changed(domain);
  },
  text: ({ domain }, _args, { options: { quiet } }) => (quiet ? "" : `Domain '${domain}' started\n`),
});

export const shutdown: Command = action({
  verb: "shutdown",
  options: [data("mode", "how: acpi, agent, initctl, signal or paravirt, several with commas", false)],
  act: (domain, args) => {
    const flags = modes(args);
    return flags === 0 ? domain.shutdown() : domain.shutdownFlags({ flags });
  },
  done: (name) => `Domain '${name}' is being shutdown\n`,
});

export const reboot: Command = action({
  verb: "reboot",
  options: [data("mode", "how: acpi, agent, initctl, signal or paravirt, several with commas", false)],
  act: (domain, args) => domain.reboot({ flags: modes(args) }),
  done: (name) => `Domain '${name}' is being rebooted\n`,
});

const MODES: Readonly<Record<string, number>> = { acpi: 1, agent: 2, initctl: 4, signal: 8, paravirt: 16 };

function modes(args: Arguments): number {
  const words = args.optional("mode")?.split(",") ?? [];
  return words.reduce((flags, word) => {
    const bit = MODES[word];
    if (bit === undefined) {
      throw new Error(
        `Unknown mode ${word} value, expecting 'acpi', 'agent', 'initctl', 'signal', or 'paravirt'`,
      );
    }
    return flags | bit;
  }, 0);
}

export const reset: Command = action({
  verb: "reset",
  act: (domain) => domain.reset(),
  done: (name) => `Domain '${name}' was reset\n`,
});

export const destroy: Command = action({
  verb: "destroy",
  options: [flag("graceful", "terminate gracefully"), flag("remove-logs", "remove its logs")],
  act: (domain, args) => {
    const flags =
      (args.flag("graceful") ? Destroy.GRACEFUL : 0) | (args.flag("remove-logs") ? Destroy.REMOVE_LOGS : 0);
    return flags === 0 ? domain.destroy() : domain.destroyFlags({ flags });
  },
  done: (name) => `Domain '${name}' destroyed\n`,
});

export const suspend: Command = action({
  verb: "suspend",
  act: (domain) => domain.suspend(),
  done: (name) => `Domain '${name}' suspended\n`,
});

export const resume: Command = action({
  verb: "resume",
  act: (domain) => domain.resume(),
  done: (name) => `Domain '${name}' resumed\n`,
});

export const save: Command = action({
  verb: "save",
  options: [
    data("file", "where to save the data"),
    flag("bypass-cache", "avoid the file system cache"),
    data("xml", "file with an updated document for the target", false),
    flag("running", "run it when it is restored"),
    flag("paused", "leave it paused when it is restored"),
    flag("verbose", "tell of the progress"),
  ],
  act: async (domain, args, context) => {
    const flags = savedState(args);
    const file = args.text("file");
    const xml = args.optional("xml");
    const document = xml === undefined ? undefined : await readDocument(args, "xml");
    await withJobProgress(context, args, "Save", domain, () =>
      flags === 0 && xml === undefined ? domain.save(file) : domain.saveFlags(file, document, { flags }),
    );
  },
  done: (name, args) => `\nDomain '${name}' saved to ${args.text("file")}\n`,
});

function savedState(args: Arguments): number {
  let flags = args.flag("bypass-cache") ? Saved.BYPASS_CACHE : 0;
  if (args.flag("running")) flags |= Saved.RUNNING;
  if (args.flag("paused")) flags |= Saved.PAUSED;
  if (args.flag("reset-nvram")) flags |= Saved.RESET_NVRAM;
  return flags;
}

export const managedsave: Command = action({
  verb: "save",
  options: [
    flag("bypass-cache", "avoid the file system cache"),
    flag("running", "run it when it is started again"),
    flag("paused", "leave it paused when it is started again"),
    flag("verbose", "tell of the progress"),
  ],
  act: (domain, args, context) =>
    withJobProgress(context, args, "Managedsave", domain, () =>
      domain.managedSave({ flags: savedState(args) }),
    ),
  done: (name) => `\nDomain '${name}' state saved by libvirt\n`,
});

export const managedsaveRemove: Command = action({
  verb: "remove managed save image for",
  act: (domain) => domain.managedSaveRemove(),
  done: (name) => `Removed managedsave image for domain '${name}'`,
});

export const autostart: Command = action({
  verb: "mark as autostarted",
  options: [flag("disable", "no longer start it with the host")],
  act: (domain, args) => domain.setAutostart(!args.flag("disable")),
  done: (name, args) =>
    args.flag("disable")
      ? `Domain '${name}' unmarked as autostarted\n`
      : `Domain '${name}' marked as autostarted\n`,
});

export const domrename: Command = action({
  options: [data("new-name", "the new name")],
  act: (domain, args) => domain.rename(args.text("new-name")),
  done: () => "Domain successfully renamed\n",
});

/** A command that makes a domain of a document. */
function fromFile(
  options: readonly Option[],
  texts: { readonly failed: string; readonly done: (name: string, file: string) => string },
  make: (context: Context, xml: string, args: Arguments) => Promise<Domain>,
): Command {
  return command<Changed>({
    options: [data("file", "file with the domain's document"), ...options],
    schema: CHANGED,
    failure: (args) => `${texts.failed} ${args.text("file")}`,
    run: async (context, args) => changed(await make(context, await readDocument(args), args)),
    text: ({ domain }, args, { options: { quiet } }) =>
      quiet ? "" : `${texts.done(domain, args.text("file"))}\n`,
  });
}

export const define: Command = fromFile(
  [flag("validate", "check the document against the schema")],
  { failed: "Failed to define domain from", done: (name, file) => `Domain '${name}' defined from ${file}` },
  async (context, xml, args) => {
    const conn = await context.connection();
    return args.flag("validate") ? conn.domainDefineXMLFlags(xml, { flags: 1 }) : conn.domainDefineXML(xml);
  },
);

export const create: Command = fromFile(
  [
    flag("console", "attach to the console after it has started"),
    flag("paused", "leave it paused"),
    flag("autodestroy", "end it with this connection"),
    flag("validate", "check the document against the schema"),
    flag("reset-nvram", "initialise its firmware's variables anew"),
  ],
  { failed: "Failed to create domain from", done: (name, file) => `Domain '${name}' created from ${file}` },
  async (context, xml, args) => {
    const conn = await context.connection();
    let flags = 0;
    if (args.flag("paused")) flags |= DomainCreateFlags.START_PAUSED;
    if (args.flag("autodestroy")) flags |= DomainCreateFlags.START_AUTODESTROY;
    if (args.flag("validate")) flags |= DomainCreateFlags.START_VALIDATE;
    if (args.flag("reset-nvram")) flags |= DomainCreateFlags.START_RESET_NVRAM;
    const domain = await conn.domainCreateXML(xml, { flags });
    if (args.flag("console")) await (await import("../attach.js")).attach(context, domain, undefined, 0);
    return domain;
  },
);

export const restore: Command = command<{ readonly file: string }>({
  options: [
    data("file", "the saved state"),
    flag("bypass-cache", "avoid the file system cache"),
    data("xml", "file with an updated document for the target", false),
    flag("running", "run it"),
    flag("paused", "leave it paused"),
    flag("reset-nvram", "initialise its firmware's variables anew"),
  ],
  schema: Type.Object({ file: Type.String() }),
  failure: (args) => `Failed to restore domain from ${args.text("file")}`,
  run: async (context, args) => {
    const conn = await context.connection();
    const file = args.text("file");
    const flags = savedState(args);
    const xml = args.optional("xml");
    if (flags === 0 && xml === undefined) await conn.domainRestore(file);
    else
      await conn.domainRestoreFlags(file, xml === undefined ? undefined : await readDocument(args, "xml"), {
        flags,
      });
    return { file };
  },
  text: ({ file }, _args, { options: { quiet } }) => (quiet ? "" : `Domain restored from ${file}\n`),
});
