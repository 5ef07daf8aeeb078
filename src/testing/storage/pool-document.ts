import { ErrorDomain, ErrorNumber } from "../../protocol/generated/constants/index.js";
import { randomUuid } from "../random.js";
import { refuse } from "../refuse.js";
import { readDocument, textElement, uuidOf, XmlElement } from "../xml/index.js";

/** Kinds of pool; those with a format have one of this name if none is given. */
const TYPES: Readonly<Record<string, string | undefined>> = {
  dir: undefined,
  fs: "auto",
  netfs: "auto",
  logical: "lvm2",
  disk: "unknown",
  iscsi: undefined,
  "iscsi-direct": undefined,
  scsi: undefined,
  mpath: undefined,
  rbd: undefined,
  sheepdog: undefined,
  gluster: undefined,
  zfs: undefined,
  vstorage: undefined,
};
const SOURCE = [
  "host",
  "device",
  "dir",
  "adapter",
  "name",
  "initiator",
  "format",
  "auth",
  "vendor",
  "product",
];
const WITHOUT_TARGET = new Set(["mpath", "rbd", "sheepdog", "gluster", "zfs", "iscsi-direct", "logical"]);

const no = (detail: string): Error => refuse(ErrorNumber.XML_ERROR, ErrorDomain.STORAGE, detail);

/** Reads a pool's document into the form in which libvirt writes it. @throws Refusal as libvirt refuses it. */
export function readPool(text: string): XmlElement {
  const pool = readDocument(text, "pool", ErrorDomain.STORAGE);
  const type = pool.get("type") ?? "";
  if (!Object.hasOwn(TYPES, type)) {
    const detail = `Invalid value for attribute 'type' in element 'pool': '${type}'.`;
    throw refuse(ErrorNumber.XML_ERROR, ErrorDomain.XML, detail);
  }
  const source = pool.ensure("source");
  const name = pool.textOf("name") ?? source.textOf("name") ?? "";
  if (name === "") throw no("missing pool source name element");
  if (name.includes("/")) throw no(`name ${name} cannot contain '/'`);
  pool.ensure("name").text = name;
  const uuid = pool.textOf("uuid");
  pool.ensure("uuid").text =
    uuid === undefined ? randomUuid() : uuidOf(uuid, () => no("malformed uuid element"));
  const format = TYPES[type];
  if (format !== undefined && source.find("format") === undefined) {
    source.append(new XmlElement("format", { type: format }));
  }
  if (type === "logical" && source.find("name") === undefined) source.append(textElement("name", name));
  source.spread = true;
  source.sort([], SOURCE);
  settleTarget(pool, type);
  for (const volatile of ["capacity", "allocation", "available"]) pool.remove(volatile);
  return pool;
}

function settleTarget(pool: XmlElement, type: string): void {
  const path = pool.textOf("target/path");
  if (path !== undefined) {
    // Without a slash at the end, and without two of them anywhere.
    pool.ensure("target/path").text = path.replaceAll(/\/+/g, "/").replace(/(.)\/$/, "$1");
    return;
  }
  if (type === "logical") {
    const group = pool.textOf("source/name") ?? pool.textOf("name") ?? "";
    pool.ensure("target").append(textElement("path", `/dev/${group}`));
  } else if (!WITHOUT_TARGET.has(type)) throw no("missing storage pool target path");
}
