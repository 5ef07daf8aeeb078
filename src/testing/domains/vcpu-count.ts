import type { XmlElement } from "../xml/index.js";

/** The most virtual processors that a domain may have. */
export function maximumVcpus(document: XmlElement): number {
  return Number(document.textOf("vcpu") ?? 1);
}

/** How many it has. */
export function currentVcpus(document: XmlElement): number {
  return Number(document.get("current", "vcpu") ?? maximumVcpus(document));
}

export function setVcpus(
  document: XmlElement,
  { current, maximum }: { current?: number; maximum?: number },
): void {
  const most = maximum ?? maximumVcpus(document);
  const now = Math.min(current ?? currentVcpus(document), most);
  const vcpu = document.ensure("vcpu");
  vcpu.text = most;
  vcpu.set("current", now === most ? undefined : now).sort(["placement", "cpuset", "current"]);
}
