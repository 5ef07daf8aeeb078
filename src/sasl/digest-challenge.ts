/** The directives of a DIGEST-MD5 message; one that stands there several times has several values. */
export type DigestDirectives = ReadonlyMap<string, readonly string[]>;

/** RFC 2831's most for a challenge; a daemon could send 65,536. */
const MAX_SIZE = 2048;
const DIRECTIVE =
  /[\s,]*([!#$%&'*+\-.0-9A-Z^_`a-z|~]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",=]+))\s*(?=,|$)/suy;

/** Reads `name=token` and `name="quoted"` between commas; `undefined` if it is something else. */
export function readDirectives(text: string): DigestDirectives | undefined {
  if (text.length > MAX_SIZE) return undefined;
  const directives = new Map<string, string[]>();
  DIRECTIVE.lastIndex = 0;
  while (/[^\s,]/.test(text.slice(DIRECTIVE.lastIndex))) {
    const match = DIRECTIVE.exec(text);
    if (match === null) return undefined;
    const name = String(match[1]).toLowerCase();
    const value = match[3] ?? String(match[2]).replace(/\\(.)/gsu, "$1");
    directives.set(name, [...(directives.get(name) ?? []), value]);
  }
  return directives;
}

/** The elements of a list directive such as `qop="auth,auth-conf"`. */
export function listOf(directives: DigestDirectives, name: string): readonly string[] | undefined {
  const value = directives.get(name)?.[0];
  return value?.split(",").map((each) => each.trim().toLowerCase());
}

/** A value in quotes. */
export function quote(value: string): string {
  return `"${value.replace(/["\\]/g, "\\$&")}"`;
}
