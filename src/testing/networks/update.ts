import { ErrorDomain, ErrorNumber } from "../../protocol/generated/constants/index.js";
import { refuse } from "../refuse.js";
import { readFragment, type XmlElement } from "../xml/index.js";
import { placeElements } from "./document.js";
import type { Command, Section } from "./update-change.js";
import { HOSTS, RANGES } from "./update-dhcp.js";
import { DNS_HOSTS, DNS_SERVICES, DNS_TEXTS } from "./update-dns.js";
import { FORWARD_INTERFACES, PORT_GROUPS } from "./update-groups.js";

/** By `virNetworkUpdateCommand`. */
const COMMANDS: Readonly<Record<number, Command>> = {
  1: "modify",
  2: "delete",
  3: "add last",
  4: "add first",
};
/** By `virNetworkUpdateSection`: what can be changed, or the name of what cannot. */
const SECTIONS: Readonly<Record<number, Section | string>> = {
  1: "bridge",
  2: "domain",
  3: "ip",
  4: HOSTS,
  5: RANGES,
  6: "forward",
  7: FORWARD_INTERFACES,
  8: "forward pf",
  9: PORT_GROUPS,
  10: DNS_HOSTS,
  11: DNS_TEXTS,
  12: DNS_SERVICES,
};

/** What a client asks of `virNetworkUpdate`. */
export interface NetworkUpdate {
  readonly command: number;
  readonly section: number;
  readonly parentIndex: number;
  readonly xml: string;
}

/** Changes one element of a network's document. @throws Refusal, and then the document may be half changed. */
export function updateNetwork(network: XmlElement, update: NetworkUpdate): void {
  const name = network.textOf("name") ?? "";
  const section = SECTIONS[update.section];
  if (section === undefined) throw unsupported("can't update unrecognized section of network");
  if (typeof section === "string")
    throw unsupported(`can't update '${section}' section of network '${name}'`);
  const added = readFragment(update.xml, "network_update_xml", ErrorDomain.NETWORK);
  const command = COMMANDS[update.command];
  if (command === "modify" && section.fixed !== undefined) {
    throw unsupported(`DNS ${section.fixed} records cannot be modified, only added or deleted`);
  }
  if (added.name !== section.element) {
    const detail = `unexpected element <${added.name}>, expecting <${section.element}>, while updating network '${name}'`;
    throw refuse(ErrorNumber.XML_ERROR, ErrorDomain.NETWORK, detail);
  }
  if (command === undefined) throw unsupported(`unrecognized network update command code ${update.command}`);
  section.update({ network, name, command, added, parentIndex: update.parentIndex });
  placeElements(network);
}

function unsupported(detail: string): Error {
  return refuse(ErrorNumber.OPERATION_UNSUPPORTED, ErrorDomain.NETWORK, detail);
}
