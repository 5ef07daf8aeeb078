import { Buffer } from "node:buffer";
import type { Pem } from "./tls-options.js";

/** The blocks of some kinds in a PEM file, which may have any other text between them. */
export function pemBlocks(pem: Pem, labels: readonly string[]): string[] {
  const blocks = pemText(pem).match(/-----BEGIN [A-Z0-9 ]+-----[^-]*-----END [A-Z0-9 ]+-----/g) ?? [];
  return blocks.filter((block) => labels.includes(/^-----BEGIN ([A-Z0-9 ]+)-----/.exec(block)?.[1] ?? ""));
}

export function pemText(pem: Pem): string {
  return typeof pem === "string" ? pem : Buffer.from(pem).toString("latin1");
}

/** What is between the lines of a block. */
export function derOf(block: string): Buffer {
  return Buffer.from(block.replaceAll(/-----[^-]*-----/g, ""), "base64");
}

export const CERTIFICATE_LABELS: readonly string[] = [
  "CERTIFICATE",
  "X509 CERTIFICATE",
  "TRUSTED CERTIFICATE",
];
export const CRL_LABELS: readonly string[] = ["X509 CRL"];
