import { isIP } from "node:net";
import { domainToASCII } from "node:url";
import { InvalidValueError } from "../errors/index.js";
import type { Asn1, Der } from "./der.js";

/** Whom a certificate is about: its distinguished name. */
export interface SubjectName {
  /** Up to 64 characters. libvirt shows it, and can allow clients by it (`tls_allowed_dn_list`). */
  readonly commonName: string;
  readonly organization?: string | undefined;
  readonly organizationalUnit?: string | undefined;
  /** Two letters, such as "DE". */
  readonly country?: string | undefined;
  readonly state?: string | undefined;
  readonly locality?: string | undefined;
}

interface Attribute {
  readonly key: keyof SubjectName;
  readonly oid: string;
  /** Upper bounds of RFC 5280, appendix A. */
  readonly limit: number;
}

// In the order of the name, from the widest part to the narrowest.
const ATTRIBUTES: readonly Attribute[] = [
  { key: "country", oid: "2.5.4.6", limit: 2 },
  { key: "state", oid: "2.5.4.8", limit: 128 },
  { key: "locality", oid: "2.5.4.7", limit: 128 },
  { key: "organization", oid: "2.5.4.10", limit: 64 },
  { key: "organizationalUnit", oid: "2.5.4.11", limit: 64 },
  { key: "commonName", oid: "2.5.4.3", limit: 64 },
];

/** @throws InvalidValueError for a part that a distinguished name cannot have. */
export function subjectName(der: Der, name: SubjectName): Asn1 {
  const sets = ATTRIBUTES.flatMap(({ key, oid, limit }) => {
    const value: unknown = name[key];
    if (value === undefined && key !== "commonName") return [];
    const text = checkText(key, value, limit);
    if (key === "country" && !/^[A-Za-z]{2}$/.test(text)) {
      throw new InvalidValueError(`country is "${text}"; give the two letters of ISO 3166, such as "DE".`);
    }
    const string = key === "country" ? der.printable(text.toUpperCase()) : der.utf8(text);
    return [der.set(der.sequence(der.oid(oid), string))];
  });
  return der.sequence(...sets);
}

function checkText(key: string, value: unknown, limit: number): string {
  const rule = `give a text of 1 to ${limit} characters`;
  if (typeof value !== "string") throw new InvalidValueError(`${key} is ${String(value)}; ${rule}.`);
  if (value.trim() === "") throw new InvalidValueError(`${key} is empty; ${rule}.`);
  const length = Array.from(value).length;
  if (length > limit) throw new InvalidValueError(`${key} has ${length} characters; ${rule}.`);
  if (/\p{Cc}|\p{Cs}/u.test(value)) {
    throw new InvalidValueError(`${key} is ${JSON.stringify(value)}, with control characters; ${rule}.`);
  }
  return value;
}

/**
 * The names that clients may call a server by, as a subjectAltName.
 *
 * @throws InvalidValueError for what is neither a host's name nor an address.
 */
export function alternativeNames(der: Der, names: readonly string[]): Asn1 {
  return der.sequence(
    ...names.map((name) => {
      const bytes = addressBytes(name);
      return bytes === undefined ? der.implicit(2, Buffer.from(hostName(name))) : der.implicit(7, bytes);
    }),
  );
}

const LABEL = /^[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/;

function hostName(name: unknown): string {
  if (typeof name === "string") {
    const wildcard = name.startsWith("*.") ? "*." : "";
    const ascii = domainToASCII(name.slice(wildcard.length));
    // The URL standard reads "1.2" as the address 1.0.0.2.
    const valid = ascii !== "" && isIP(ascii) === 0 && ascii.length <= 253;
    if (valid && ascii.split(".").every((label) => LABEL.test(label))) return wildcard + ascii;
  }
  throw new InvalidValueError(
    `${JSON.stringify(name)} in names is neither a host's name nor an address; give each as clients write it in their URIs, such as "host.example.org", "*.example.org", "192.0.2.7" or "2001:db8::7".`,
  );
}

function addressBytes(name: unknown): Uint8Array | undefined {
  if (typeof name !== "string" || name.includes("%")) return undefined;
  switch (isIP(name)) {
    case 4:
      return Uint8Array.from(name.split("."), Number);
    case 6:
      return addressBytes6(name);
    default:
      return undefined;
  }
}

function addressBytes6(name: string): Uint8Array {
  // The canonical form has no dotted end, and one "::" at the most.
  const canonical = new URL(`http://[${name}]`).hostname.slice(1, -1);
  const [head = "", tail] = canonical.split("::");
  const groups = (text: string): number[] =>
    text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
  const [left, right] = [groups(head), groups(tail ?? "")];
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => 0);
  const all = [...left, ...zeros, ...right];
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}
