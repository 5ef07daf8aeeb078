import { Type } from "@sinclair/typebox";
import { DomainDeviceModifyFlags as Modify } from "../../index.js";
import { formatXml, type XmlElement, xmlElement } from "../../xml/index.js";
import type { Arguments } from "../arguments.js";
import { type Command, command, data, flag } from "../command.js";
import { CommandError } from "../command-error.js";
import { childAttribute, children, deviceElements, documentFlags } from "../device-element.js";
import { hostAddress } from "../disk-address.js";
import { findDomain } from "../find.js";
import { impactOn, PERSISTENT_IMPACT } from "../impact.js";
import { type BandwidthRate, parseRate } from "../rate.js";
import { around, attributes, leaf } from "../xml-text.js";

const DOMAIN = data("domain", "domain name, id or uuid");
const PRINT = flag("print-xml", "print the document, and change nothing");
const CHANGED = Type.Object({ domain: Type.String(), xml: Type.String(), changed: Type.Boolean() });
type Changed = { readonly domain: string; readonly xml: string; readonly changed: boolean };

const text = (done: string): Command<Changed>["text"] => {
  return ({ xml, changed }, _args, { options: { quiet } }) => (changed ? (quiet ? "" : `${done}\n`) : xml);
};

/** The attribute of `<source>` that names it, by the card's type. */
const SOURCES: Readonly<Record<string, string>> = { network: "network", bridge: "bridge", direct: "dev" };

function cardXml(args: Arguments): string {
  const at = (name: string): string | undefined => args.optional(name);
  const type = args.text("type");
  const rate = (name: string): string => {
    const given = at(name);
    const { average, peak, burst, floor }: Partial<BandwidthRate> =
      given === undefined ? {} : parseRate(given, name);
    return leaf(4, name, { average, peak, burst, floor });
  };
  const source = sourceXml(args, type);
  const inner =
    source +
    leaf(2, "target", { dev: at("target") }) +
    leaf(2, "mac", { address: at("mac") }) +
    leaf(2, "script", { path: at("script") }) +
    leaf(2, "model", { type: at("model") }) +
    leaf(2, "alias", { name: at("alias") }) +
    around(2, "bandwidth", rate("inbound") + rate("outbound"));
  const managed = args.flag("managed") ? "yes" : undefined;
  return `<interface${attributes({ type, managed })}>\n${inner}</interface>\n`;
}

function sourceXml(args: Arguments, type: string): string {
  const source = args.text("source");
  if (type === "hostdev") {
    const address = hostAddress(source);
    if (address === undefined) {
      throw new CommandError(`cannot parse pci address '${source}' for network interface`);
    }
    return around(2, "source", address);
  }
  const name = SOURCES[type];
  if (name === undefined) throw new CommandError(`No support for ${type} in command 'attach-interface'`);
  const mode = args.optional("source-mode");
  return leaf(2, "source", { [name]: source, mode });
}

export const attachInterface: Command = command<Changed>({
  options: [
    DOMAIN,
    data("type", "network, bridge, direct or hostdev"),
    data("source", "the network, bridge or device of the host"),
    data("target", "its name on the host", false),
    data("mac", "hardware address", false),
    data("script", "script that connects it to the bridge", false),
    data("model", "the card that the guest sees", false),
    data("alias", "name that it goes by in the document", false),
    data("inbound", "how fast the guest receives: average,peak,burst,floor", false),
    data("outbound", "how fast the guest sends: average,peak,burst", false),
    ...PERSISTENT_IMPACT,
    PRINT,
    flag("managed", "take the device from the host, and give it back"),
    data("source-mode", "how a device of the host is shared", false),
  ],
  schema: CHANGED,
  failure: () => "Failed to attach interface",
  run: async (context, args) => {
    const domain = await findDomain(context, args);
    const flags = await impactOn(domain, args);
    const xml = cardXml(args);
    if (args.flag("print-xml")) return { domain: domain.name, xml, changed: false };
    if (flags === 0 && !args.flag("current")) await domain.attachDevice(xml);
    else await domain.attachDeviceFlags(xml, { flags });
    return { domain: domain.name, xml, changed: true };
  },
  text: text("Interface attached successfully"),
});

function sameAddress(card: XmlElement, mac: string): boolean {
  return childAttribute(card, "mac", "address")?.toLowerCase() === mac.toLowerCase();
}

/** The one card of a type, or the one of a hardware address. */
function cardToDetach(cards: readonly XmlElement[], type: string, mac: string | undefined): XmlElement {
  const fail = (message: string): CommandError =>
    new CommandError(message, new CommandError("Failed to detach interface"));
  const ofType = cards.filter(({ attributes: { type: own } }) => own === type);
  if (ofType.length === 0) throw fail(`No interface found whose type is ${type}`);
  if (mac === undefined && ofType.length > 1) {
    throw fail(`Domain has ${ofType.length} interfaces. Please specify which one to detach using --mac`);
  }
  const found = mac === undefined ? ofType[0] : ofType.find((card) => sameAddress(card, mac));
  if (found === undefined) throw fail(`No interface with MAC address ${mac ?? ""} was found`);
  return found;
}

export const detachInterface: Command = command<Changed>({
  options: [
    DOMAIN,
    data("type", "type of the interface"),
    data("mac", "hardware address", false),
    ...PERSISTENT_IMPACT,
    PRINT,
  ],
  schema: CHANGED,
  failure: () => "Failed to detach interface",
  run: async (context, args) => {
    const domain = await findDomain(context, args);
    const flags = await impactOn(domain, args);
    const cards = await deviceElements(domain, "interface", documentFlags(flags));
    const xml = formatXml(cardToDetach(cards, args.text("type"), args.optional("mac")));
    if (args.flag("print-xml")) return { domain: domain.name, xml, changed: false };
    if (flags === 0 && !args.flag("current")) await domain.detachDevice(xml);
    else await domain.detachDeviceFlags(xml, { flags });
    return { domain: domain.name, xml, changed: true };
  },
  text: text("Interface detached successfully"),
});

const MAC = /^(?:[\da-f]{1,2}:){5}[\da-f]{1,2}$/i;

function cardsNamed(cards: readonly XmlElement[], wanted: string): XmlElement[] {
  if (MAC.test(wanted)) return cards.filter((card) => sameAddress(card, wanted));
  return cards.filter((card) => childAttribute(card, "target", "dev") === wanted);
}

const INTERFACE = data("interface", "interface name or hardware address");

export const domifSetlink: Command = command<Changed>({
  options: [DOMAIN, INTERFACE, data("state", "up or down"), flag("config", "affect the next boot"), PRINT],
  schema: CHANGED,
  failure: () => "Failed to update interface link state",
  run: async (context, args) => {
    const domain = await findDomain(context, args);
    const [wanted, state] = [args.text("interface"), args.text("state")];
    if (state !== "up" && state !== "down") throw new CommandError(`invalid link state '${state}'`);
    const config = args.flag("config") || !(await domain.isActive());
    const impact = config ? Modify.CONFIG : Modify.LIVE;
    const [card, another] = cardsNamed(
      await deviceElements(domain, "interface", documentFlags(impact)),
      wanted,
    );
    if (card === undefined) throw new CommandError(`interface '${wanted}' not found`);
    if (another !== undefined) throw new CommandError("multiple matching interfaces found");
    const [link] = children(card, "link");
    if (link === undefined) card.children.push(xmlElement("link", { state }));
    else link.attributes.state = state;
    const xml = formatXml(card);
    if (args.flag("print-xml")) return { domain: domain.name, xml, changed: false };
    await domain.updateDeviceFlags(xml, { flags: impact });
    return { domain: domain.name, xml, changed: true };
  },
  text: text("Device updated successfully"),
});

export const domifGetlink: Command = command({
  options: [DOMAIN, INTERFACE, flag("config", "of the next boot")],
  schema: Type.Object({ interface: Type.String(), state: Type.String() }),
  run: async (context, args) => {
    const domain = await findDomain(context, args);
    const wanted = args.text("interface");
    const [card] = cardsNamed(
      await deviceElements(domain, "interface", documentFlags(args.impact())),
      wanted,
    );
    if (card === undefined) {
      throw new CommandError(`Interface (${MAC.test(wanted) ? "mac" : "dev"}: ${wanted}) not found.`);
    }
    return { interface: wanted, state: childAttribute(card, "link", "state") ?? "up" };
  },
  text: ({ interface: name, state }) => `${name} ${state}`,
});
