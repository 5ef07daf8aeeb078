import { type Domain, DomainDeviceModifyFlags as Modify, DomainXMLFlags as Xml } from "../index.js";
import { parseXml, type XmlElement, type XmlNode } from "../xml/index.js";

/** `DomainXMLFlags.INACTIVE`, for what a change is about: the configuration, or what is running. */
export function documentFlags(impact: number): number {
  return (impact & Modify.CONFIG) === 0 ? 0 : Xml.INACTIVE;
}

/** What stands in a domain's document of its devices: the devices of a kind, as they are written. */
export async function deviceElements(domain: Domain, kind: string, flags = 0): Promise<XmlElement[]> {
  const { root } = parseXml(await domain.getXMLDesc({ flags }));
  return children(root, "devices").flatMap((devices) => children(devices, kind));
}

export function children(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter(
    (node: XmlNode): node is XmlElement => node.kind === "element" && node.name === name,
  );
}

/** An attribute of an element's first child of a name. */
export function childAttribute(element: XmlElement, name: string, attribute: string): string | undefined {
  return children(element, name)[0]?.attributes[attribute];
}
