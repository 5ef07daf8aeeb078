import { ErrorDomain, ErrorNumber } from "../../protocol/generated/constants/index.js";
import { refuse } from "../refuse.js";
import { readDocument, textElement, XmlElement } from "../xml/index.js";

/** What the test driver finds when it is asked what a pool could be made of. */
export function findSources(type: string, spec: string | undefined): string {
  const { INTERNAL_ERROR, NO_SUPPORT, INVALID_ARG } = ErrorNumber;
  const no = (number: number, detail: string): Error => refuse(number, ErrorDomain.TEST, detail);
  if (type === "logical") return format([group("/dev/sda20", "testvg1"), group("/dev/sda21", "testvg2")]);
  if (type === "netfs") {
    if (spec === undefined) throw no(INVALID_ARG, "hostname must be specified for netfs sources");
    const host = readDocument(spec, "source", ErrorDomain.STORAGE).get("name", "host");
    if (host === undefined) throw no(INVALID_ARG, "hostname must be specified for netfs sources");
    const share = [new XmlElement("host", { name: host }), new XmlElement("dir", { path: "/testshare" })];
    return format([new XmlElement("source", {}, [...share, new XmlElement("format", { type: "nfs" })])]);
  }
  if (type === "dir" || type === "fs") throw no(INTERNAL_ERROR, `unknown storage pool type ${type}`);
  throw no(NO_SUPPORT, `pool type '${type}' does not support source discovery`);
}

function group(path: string, name: string): XmlElement {
  const device = new XmlElement("device", { path });
  return new XmlElement("source", {}, [
    device,
    textElement("name", name),
    new XmlElement("format", { type: "lvm2" }),
  ]);
}

function format(sources: readonly XmlElement[]): string {
  return new XmlElement("sources", {}, sources).format();
}
