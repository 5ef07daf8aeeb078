import { createHash, createHmac } from "node:crypto";

/** The text of a known_hosts file, and what messages call it. */
export interface KnownHostsText {
  readonly name: string;
  readonly text: string;
}

/** A host's key as a known_hosts file has it. */
export interface KnownKey {
  readonly file: string;
  readonly line: number;
  readonly marker: "" | "revoked" | "cert-authority";
  readonly type: string;
  readonly key: Buffer;
}

type FoundKind = "known" | "revoked" | "changed" | "otherType" | "authority";

/** What known_hosts files say of a key that a host shows; `entry` is the line that decides. */
export type Verdict =
  | { [K in FoundKind]: { readonly kind: K; readonly entry: KnownKey } }[FoundKind]
  | { readonly kind: "unknown" };

/** What a host is called in known_hosts files. */
export function knownHostName(host: string, port: number): string {
  const lower = host.toLowerCase();
  return port === 22 ? lower : `[${lower}]:${port}`;
}

/** All the keys that files have for a host, by any of its patterns; lines that OpenSSH skips are skipped. */
export function findKnownKeys(files: readonly KnownHostsText[], name: string): KnownKey[] {
  const found: KnownKey[] = [];
  for (const { name: file, text } of files) {
    for (const [index, line] of text.split("\n").entries()) {
      const parsed = parseLine(line);
      if (parsed === undefined || !matchesHosts(parsed.hosts, name)) continue;
      found.push({ file, line: index + 1, marker: parsed.marker, type: parsed.type, key: parsed.key });
    }
  }
  return found;
}

/**
 * Judges a key by what is known of its host, as OpenSSH does: a revoked key is refused whatever else is said, and a
 * host on a port of its own may be known without the port.
 */
export function judgeKey(files: readonly KnownHostsText[], host: string, port: number, key: Buffer): Verdict {
  const verdict = judge(findKnownKeys(files, knownHostName(host, port)), key);
  if (verdict.kind !== "unknown" || port === 22) return verdict;
  const bare = judge(findKnownKeys(files, knownHostName(host, 22)), key);
  return bare.kind === "known" || bare.kind === "revoked" ? bare : verdict;
}

function judge(entries: readonly KnownKey[], key: Buffer): Verdict {
  const same = entries.filter((entry) => entry.key.equals(key));
  const revoked = same.find(({ marker }) => marker === "revoked");
  if (revoked !== undefined) return { kind: "revoked", entry: revoked };
  const known = same.find(({ marker }) => marker === "");
  if (known !== undefined) return { kind: "known", entry: known };
  const plain = entries.filter(({ marker }) => marker === "");
  const type = keyType(key);
  const changed = plain.find((entry) => entry.type === type);
  if (changed !== undefined) return { kind: "changed", entry: changed };
  if (plain[0] !== undefined) return { kind: "otherType", entry: plain[0] };
  const authority = entries.find(({ marker }) => marker === "cert-authority");
  return authority === undefined ? { kind: "unknown" } : { kind: "authority", entry: authority };
}

/** The type that stands at the beginning of a public key, such as "ssh-ed25519"; `undefined` if it is none. */
export function keyType(key: Buffer): string | undefined {
  if (key.length < 4) return undefined;
  const length = key.readUInt32BE(0);
  return length > 64 || key.length < 4 + length ? undefined : key.toString("latin1", 4, 4 + length);
}

/** A key's fingerprint as ssh-keygen shows it: `SHA256:` and base64. */
export function fingerprint(key: Uint8Array): string {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}

/** Reads a public key as it stands in a file: type, base64, and perhaps a comment. */
export function parsePublicKey(text: string): { type: string; key: Buffer } | undefined {
  const [, type, base64 = ""] = /^([^ \t]+)[ \t]+([A-Za-z0-9+/]+={0,2})(?:[ \t]|$)/.exec(text) ?? [];
  if (type === undefined) return undefined;
  const key = Buffer.from(base64, "base64");
  return keyType(key) === type ? { type, key } : undefined;
}

interface KnownHostsLine {
  readonly marker: KnownKey["marker"];
  readonly hosts: string;
  readonly type: string;
  readonly key: Buffer;
}

function parseLine(line: string): KnownHostsLine | undefined {
  const match = /^[ \t]*(?:@(revoked|cert-authority)[ \t]+)?([^ \t@#][^ \t]*)[ \t]+([^\r]+)\r?$/.exec(line);
  if (match === null) return undefined;
  const [, marker = "", hosts = "", rest = ""] = match;
  const key = parsePublicKey(rest);
  return key === undefined ? undefined : { marker: marker as KnownKey["marker"], hosts, ...key };
}

function matchesHosts(hosts: string, name: string): boolean {
  if (hosts.startsWith("|")) return matchesHash(hosts, name);
  let found = false;
  for (const pattern of hosts.toLowerCase().split(",")) {
    const negated = pattern.startsWith("!");
    if (!matchesPattern(negated ? pattern.slice(1) : pattern, name)) continue;
    if (negated) return false;
    found = true;
  }
  return found;
}

/** `|1|salt|hash`, which hides the name from who reads the file. */
function matchesHash(hosts: string, name: string): boolean {
  const [, salt = "", hash] = /^\|1\|([A-Za-z0-9+/=]+)\|([A-Za-z0-9+/=]+)$/.exec(hosts) ?? [];
  return hash === createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest("base64");
}

/** `*` and `?`. Never more than the product of both lengths in steps, which no regular expression promises. */
function matchesPattern(pattern: string, name: string): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  for (let i = 0; i < name.length; ) {
    if (pattern[at] === "*") {
      star = at++;
      resume = i;
    } else if (at < pattern.length && (pattern[at] === "?" || pattern[at] === name[i])) {
      at++;
      i++;
    } else if (star >= 0) {
      at = star + 1;
      i = ++resume;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(at));
}
