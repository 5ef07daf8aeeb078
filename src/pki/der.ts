import { Buffer } from "node:buffer";
import type forge from "node-forge";

/** A piece of an ASN.1 structure. Not node-forge's type, whose declarations this package's users may not have. */
export interface Asn1 {
  readonly value: string | readonly Asn1[];
}

/** Makes and reads DER. */
export interface Der {
  sequence(...items: readonly Asn1[]): Asn1;
  set(...items: readonly Asn1[]): Asn1;
  oid(dotted: string): Asn1;
  /** Two's complement, as many bytes as are given. */
  integer(bytes: Uint8Array): Asn1;
  boolean(value: boolean): Asn1;
  nothing(): Asn1;
  octets(bytes: Uint8Array): Asn1;
  bits(bytes: Uint8Array, unused?: number): Asn1;
  utf8(text: string): Asn1;
  printable(text: string): Asn1;
  /** UTCTime until 2049 and GeneralizedTime after, as RFC 5280 section 4.1.2.5 has it. */
  time(date: Date): Asn1;
  /** `[tag]` around something. */
  explicit(tag: number, item: Asn1): Asn1;
  /** `[tag]` in place of something's own tag. */
  implicit(tag: number, bytes: Uint8Array): Asn1;
  encode(item: Asn1): Buffer;
  decode(bytes: Uint8Array): Asn1;
}

let loaded: Promise<Der> | undefined;

/** Loads node-forge, once. */
export function loadDer(): Promise<Der> {
  loaded ??= import("node-forge").then((module) => makeDer(module.default.asn1));
  return loaded;
}

function makeDer({ create, fromDer, toDer, oidToDer, ...asn1 }: typeof forge.asn1): Der {
  const { Class, Type } = asn1;
  const raw = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
  const primitive = (type: forge.asn1.Type, value: string): Asn1 =>
    create(Class.UNIVERSAL, type, false, value);
  const theirs = (items: readonly Asn1[]): forge.asn1.Asn1[] => items as forge.asn1.Asn1[];
  return {
    sequence: (...items) => create(Class.UNIVERSAL, Type.SEQUENCE, true, theirs(items)),
    set: (...items) => create(Class.UNIVERSAL, Type.SET, true, theirs(items)),
    oid: (dotted) => primitive(Type.OID, oidToDer(dotted).getBytes()),
    integer: (bytes) => primitive(Type.INTEGER, raw(bytes)),
    boolean: (value) => primitive(Type.BOOLEAN, value ? "\xff" : "\x00"),
    nothing: () => primitive(Type.NULL, ""),
    octets: (bytes) => primitive(Type.OCTETSTRING, raw(bytes)),
    bits: (bytes, unused = 0) => primitive(Type.BITSTRING, String.fromCharCode(unused) + raw(bytes)),
    utf8: (text) => primitive(Type.UTF8, raw(Buffer.from(text))),
    printable: (text) => primitive(Type.PRINTABLESTRING, text),
    time: (date) =>
      date.getUTCFullYear() < 2050
        ? primitive(Type.UTCTIME, asn1.dateToUtcTime(date))
        : primitive(Type.GENERALIZEDTIME, asn1.dateToGeneralizedTime(date)),
    explicit: (tag, item) => create(Class.CONTEXT_SPECIFIC, tag, true, theirs([item])),
    implicit: (tag, bytes) => create(Class.CONTEXT_SPECIFIC, tag, false, raw(bytes)),
    encode: (item) => Buffer.from(toDer(item as forge.asn1.Asn1).getBytes(), "latin1"),
    decode: (bytes) => fromDer(raw(bytes)),
  };
}

/** The parts of a constructed piece. */
export function parts(item: Asn1 | undefined): readonly Asn1[] {
  return item !== undefined && Array.isArray(item.value) ? item.value : [];
}

export function pem(label: string, der: Uint8Array): string {
  const lines = Buffer.from(der)
    .toString("base64")
    .replaceAll(/.{1,64}/g, "$&\n");
  return `-----BEGIN ${label}-----\n${lines}-----END ${label}-----\n`;
}
