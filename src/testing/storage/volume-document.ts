import { ErrorDomain, ErrorNumber } from "../../protocol/generated/constants/index.js";
import { refuse } from "../refuse.js";
import { bytesOf, readDocument, XmlElement } from "../xml/index.js";
import type { TestPool } from "./pool.js";

const ELEMENTS = ["name", "key", "source", "capacity", "allocation", "physical", "target", "backingStore"];
/** Pools whose volumes are devices, and so have no format of their own. */
const BLOCK_POOLS = new Set(["disk", "logical", "iscsi", "iscsi-direct", "scsi", "mpath", "zfs"]);

const no = (detail: string): Error => refuse(ErrorNumber.XML_ERROR, ErrorDomain.STORAGE, detail);

/** Reads a volume's document into the form in which libvirt writes it. @throws Refusal as libvirt refuses it. */
export function readVolume(text: string, pool: TestPool): XmlElement {
  const volume = readDocument(text, "volume", ErrorDomain.STORAGE);
  const name = volume.textOf("name") ?? "";
  if (name === "") throw no("missing volume name element");
  if (name.includes("/")) throw no(`volume name '${name}' cannot contain '/'`);
  const capacity = volume.find("capacity");
  if (capacity === undefined) throw no("missing capacity element");
  const size = bytesOf(capacity, "./capacity[1]", "bytes");
  const allocation = volume.find("allocation");
  setBytes(
    volume,
    "allocation",
    allocation === undefined ? size : bytesOf(allocation, "./allocation[1]", "bytes"),
  );
  setBytes(volume, "capacity", size);
  const path = `${pool.path}/${name}`;
  volume.ensure("key").text = path;
  const target = volume.ensure("target");
  target.ensure("path").text = path;
  const block = BLOCK_POOLS.has(pool.type);
  if (!block && target.find("format") === undefined) target.append(new XmlElement("format", { type: "raw" }));
  target.sort(
    [],
    ["path", "format", "permissions", "timestamps", "label", "encryption", "compat", "features"],
  );
  volume.find("backingStore")?.sort([], ["path", "format", "permissions"]);
  return volume.set("type", block ? "block" : "file").sort(["type"], ELEMENTS);
}

function setBytes(volume: XmlElement, name: string, size: bigint): void {
  const element = volume.ensure(name);
  element.text = size;
  element.attributes.clear();
  element.set("unit", "bytes");
}
