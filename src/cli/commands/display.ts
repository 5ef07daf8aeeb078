import { Type } from "@sinclair/typebox";
import { DomainXMLFlags as Xml } from "../../index.js";
import type { XmlElement } from "../../xml/index.js";
import { type Command, command, data, flag } from "../command.js";
import { CommandError } from "../command-error.js";
import type { Context } from "../context.js";
import { childAttribute, deviceElements } from "../device-element.js";
import { findDomain } from "../find.js";

const DOMAIN = data("domain", "domain name, id or uuid");
const VNC_BASE = 5900;
const WILDCARDS = ["0.0.0.0", "::"];

/** The protocols of screens, in the order in which they are told. */
const KINDS = ["vnc", "spice", "rdp", "dbus"];

/** The port of a screen; one that has none yet is -1. */
function port(graphics: XmlElement, name: string): number | undefined {
  const value = Number(graphics.attributes[name] ?? 0);
  return value > 0 ? value : undefined;
}

function listens(graphics: XmlElement): string | undefined {
  return graphics.attributes.listen ?? childAttribute(graphics, "listen", "address");
}

/** Where a client finds a screen; undefined for one that listens nowhere. */
function screenUri(graphics: XmlElement, host: string, password: boolean): string | undefined {
  const { type = "", passwd } = graphics.attributes;
  const [plain, secure] = [port(graphics, "port"), port(graphics, "tlsPort")];
  const socket = graphics.attributes.socket ?? childAttribute(graphics, "listen", "socket");
  const secret = password ? passwd : undefined;
  if (plain === undefined && secure === undefined) {
    return socket === undefined || type === "dbus" ? undefined : `${type}+unix://${socket}`;
  }
  const address = listens(graphics) ?? "localhost";
  const where = WILDCARDS.includes(address) ? host : address;
  const user = type === "vnc" && secret !== undefined ? `:${secret}@` : "";
  const number = plain === undefined ? "" : `:${type === "vnc" ? plain - VNC_BASE : plain}`;
  const parameters = [
    ...(secure === undefined ? [] : [`tls-port=${secure}`]),
    ...(type === "spice" && secret !== undefined ? [`password=${secret}`] : []),
  ];
  const query = parameters.length === 0 ? "" : `?${parameters.join("&")}`;
  return `${type}://${user}${where.includes(":") ? `[${where}]` : where}${number}${query}`;
}

/** The host of the daemon, by which a client elsewhere reaches what listens everywhere there. */
async function serverOf(context: Context): Promise<string> {
  const uri = await (await context.connection()).getURI();
  const [, host = ""] = /^[^:]+:\/\/(?:[^@/]*@)?(\[[^\]]*\]|[^:/?]*)/.exec(uri) ?? [];
  return host === "" ? "localhost" : host.replaceAll(/[[\]]/g, "");
}

export const domdisplay: Command = command<{ readonly displays: readonly string[] }>({
  options: [
    DOMAIN,
    flag("include-password", "with the password in it"),
    data("type", "only of this protocol: vnc, spice, rdp or dbus", false),
    flag("all", "all that there are"),
  ],
  schema: Type.Object({ displays: Type.Array(Type.String()) }),
  run: async (context, args) => {
    const domain = await findDomain(context, args);
    if (!(await domain.isActive())) throw new CommandError("Domain is not running");
    const password = args.flag("include-password");
    const type = args.optional("type");
    const screens = await deviceElements(domain, "graphics", password ? Xml.SECURE : 0);
    const host = await serverOf(context);
    const uris = KINDS.filter((kind) => type === undefined || type === kind)
      .map((kind) => screens.find(({ attributes }) => attributes.type === kind))
      .map((screen) => screen && screenUri(screen, host, password))
      .filter((uri) => uri !== undefined);
    if (uris.length === 0) {
      throw new CommandError(
        type === undefined ? "No graphical display found" : `No graphical display with type '${type}' found`,
      );
    }
    return { displays: args.flag("all") ? uris : uris.slice(0, 1) };
  },
  text: ({ displays }, args) => displays.map((uri) => `${uri}${args.flag("all") ? "\n" : ""}`).join(""),
});

export const vncdisplay: Command = command({
  options: [DOMAIN],
  schema: Type.Object({ display: Type.String() }),
  run: async (context, args) => {
    const domain = await findDomain(context, args);
    if (!(await domain.isActive())) throw new CommandError("Domain is not running");
    const [screen] = (await deviceElements(domain, "graphics")).filter(
      ({ attributes }) => attributes.type === "vnc",
    );
    const number = screen && port(screen, "port");
    if (screen === undefined || number === undefined) {
      throw new CommandError("Failed to get VNC port. Is this domain using VNC?");
    }
    const address = listens(screen);
    const host = address === undefined || WILDCARDS.includes(address) ? "" : address;
    return { display: `${host}:${number - VNC_BASE}` };
  },
  text: ({ display }) => `${display}\n`,
});

export const ttyconsole: Command = command({
  options: [DOMAIN],
  schema: Type.Object({ tty: Type.String() }),
  run: async (context, args) => {
    const [console_] = await deviceElements(await findDomain(context, args), "console");
    const tty = console_?.attributes.tty;
    if (tty === undefined) throw new CommandError("the domain has no terminal for a console");
    return { tty };
  },
  text: ({ tty }) => `${tty}\n`,
});
