import {
  NetworkUpdateCommand as Command,
  ErrorDomain,
  ErrorNumber,
} from "../../protocol/generated/constants/index.js";
import { refuse } from "../refuse.js";
import { readFragment, type XmlElement } from "../xml/index.js";
import { placeElements } from "./document.js";

interface Section {
  readonly name: string;
  /** Where in the document it is. */
  readonly path: string;
  readonly element: string;
  /** Attributes of which one tells two of them apart. */
  readonly keys: readonly string[];
}

/** What `virNetworkUpdate` can change, by virNetworkUpdateSection; the others it refuses. */
const SECTIONS: Readonly<Record<number, Section>> = {
  4: { name: "ip dhcp host", path: "ip/dhcp", element: "host", keys: ["mac", "name", "ip"] },
  5: { name: "ip dhcp range", path: "ip/dhcp", element: "range", keys: ["start"] },
  7: { name: "forward interface", path: "forward", element: "interface", keys: ["dev"] },
  9: { name: "portgroup", path: "", element: "portgroup", keys: ["name"] },
  10: { name: "dns host", path: "dns", element: "host", keys: ["ip"] },
  11: { name: "dns txt", path: "dns", element: "txt", keys: ["name"] },
  12: { name: "dns srv", path: "dns", element: "srv", keys: ["service"] },
};
const NAMES =
  "none bridge domain ip ip-dhcp-host ip-dhcp-range forward forward-interface forward-pf portgroup".split(
    " ",
  );

/** Changes one part of a network's document. @throws Refusal as libvirt refuses it. */
export function updateNetwork(
  network: XmlElement,
  change: { readonly command: number; readonly section: number; readonly xml: string },
): void {
  const name = network.textOf("name") ?? "";
  const section = SECTIONS[change.section];
  if (section === undefined) {
    const detail = `can't update '${NAMES[change.section] ?? change.section}' section of network '${name}'`;
    throw refuse(ErrorNumber.OPERATION_UNSUPPORTED, ErrorDomain.NETWORK, detail);
  }
  const added = readFragment(change.xml, "network_update_xml", ErrorDomain.NETWORK);
  const parent = section.path === "" ? network : network.ensure(section.path);
  const { keys, element } = section;
  const old = parent.elements(element).find((each) => keys.some((key) => same(each, added, key)));
  const no = (detail: string): Error => refuse(ErrorNumber.OPERATION_INVALID, ErrorDomain.NETWORK, detail);
  const { command } = change;
  if (command === Command.ADD_FIRST || command === Command.ADD_LAST) {
    if (old !== undefined) {
      throw no(
        `there is an existing ${section.name} entry in network '${name}' that matches "${added.format().trim()}"`,
      );
    }
    if (command === Command.ADD_LAST) parent.append(added);
    else {
      const first = parent.children.findIndex((node) => typeof node !== "string" && node.name === element);
      parent.children.splice(Math.max(0, first), 0, added);
    }
  } else if (old === undefined) {
    throw no(`couldn't locate a matching ${section.name} entry in network '${name}'`);
  } else if (command === Command.DELETE) parent.remove(old);
  else parent.children.splice(parent.children.indexOf(old), 1, added);
  placeElements(network);
  if (section.path.startsWith("ip/")) parent.sort([], ["range", "host", "bootp"]);
}

function same(one: XmlElement, other: XmlElement, key: string): boolean {
  const value = other.get(key);
  return value !== undefined && one.get(key) === value;
}
