import { ErrorDomain, ErrorNumber, SecretUsageType } from "../../protocol/generated/constants/index.js";
import { randomUuid } from "../random.js";
import { refuse } from "../refuse.js";
import { readDocument, textElement, uuidOf, XmlElement } from "../xml/index.js";

interface Usage {
  readonly type: number;
  /** The element that says what it is used for. */
  readonly element: string;
  readonly missing: string;
}

const USAGES: Readonly<Record<string, Usage>> = {
  volume: {
    type: SecretUsageType.VOLUME,
    element: "volume",
    missing: "volume usage specified, but volume path is missing",
  },
  ceph: {
    type: SecretUsageType.CEPH,
    element: "name",
    missing: "Ceph usage specified, but name is missing",
  },
  iscsi: {
    type: SecretUsageType.ISCSI,
    element: "target",
    missing: "iSCSI usage specified, but target is missing",
  },
  tls: { type: SecretUsageType.TLS, element: "name", missing: "TLS usage specified, but name is missing" },
  vtpm: { type: SecretUsageType.VTPM, element: "name", missing: "vTPM usage specified, but name is missing" },
};

const no = (number: number, detail: string): Error => refuse(number, ErrorDomain.SECRET, detail);

/** What is known of a secret, but for its value. */
export interface SecretConfig {
  readonly uuid: string;
  readonly ephemeral: boolean;
  readonly private: boolean;
  readonly usageType: number;
  readonly usageID: string;
  readonly document: XmlElement;
}

/** Reads a secret's document. @throws Refusal as libvirt refuses it. */
export function readSecret(text: string): SecretConfig {
  const secret = readDocument(text, "secret", ErrorDomain.SECRET);
  const flags = { ephemeral: flagOf(secret, "ephemeral"), private: flagOf(secret, "private") };
  const given = secret.textOf("uuid");
  const uuid =
    given === undefined
      ? randomUuid()
      : uuidOf(given, () => no(ErrorNumber.INTERNAL_ERROR, "malformed uuid element"));
  const description = secret.textOf("description");
  const usage = usageOf(secret.find("usage"));
  const written = (flag: boolean): string => (flag ? "yes" : "no");
  const document = new XmlElement(
    "secret",
    { ephemeral: written(flags.ephemeral), private: written(flags.private) },
    [
      textElement("uuid", uuid),
      ...(description === undefined ? [] : [textElement("description", description)]),
      ...(usage.element === undefined ? [] : [usage.element]),
    ],
  );
  return { uuid, ...flags, usageType: usage.type, usageID: usage.id, document };
}

function flagOf(secret: XmlElement, flag: string): boolean {
  const value = secret.get(flag) ?? "no";
  if (value !== "yes" && value !== "no") throw no(ErrorNumber.XML_ERROR, `invalid value of '${flag}'`);
  return value === "yes";
}

function usageOf(usage: XmlElement | undefined): { type: number; id: string; element?: XmlElement } {
  if (usage === undefined) return { type: SecretUsageType.NONE, id: "" };
  const type = usage.get("type");
  if (type === undefined) throw no(ErrorNumber.XML_ERROR, "unknown secret usage type");
  if (type === "none") return { type: SecretUsageType.NONE, id: "" };
  const known = USAGES[type];
  if (known === undefined) {
    throw no(ErrorNumber.CONFIG_UNSUPPORTED, `unknown secret usage type ${type}`);
  }
  const id = usage.textOf(known.element);
  if (id === undefined || id === "") throw no(ErrorNumber.INTERNAL_ERROR, known.missing);
  const element = new XmlElement("usage", { type }, [textElement(known.element, id)]);
  return { type: known.type, id, element };
}
