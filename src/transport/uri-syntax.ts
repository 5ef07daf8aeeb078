import { InvalidUriError } from "../errors/index.js";

/** A URI cut at its delimiters. Everything but the query is percent-decoded. */
export interface UriParts {
  readonly scheme: string;
  readonly user: string | undefined;
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly path: string;
  readonly query: string | undefined;
  readonly fragment: string | undefined;
}

// RFC 3986 section 2 and appendix A.
const PCHAR = "[A-Za-z0-9\\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2}";
const PATH = new RegExp(`^(?:${PCHAR}|/)*`);
const QUERY = new RegExp(`^(?:${PCHAR}|[/?])*`);
const FRAGMENT = new RegExp(`^(?:${PCHAR}|[/?[\\]])*`);
const USER = /^(?:[A-Za-z0-9\-._~!$&'()*+,;=:]|%[0-9A-Fa-f]{2})*/;
const HOST = /^(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})*/;
// Whole address and port ranges are left to the resolver; this only tells an address from a name in brackets.
const IPV6 = /^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(?:%.+)?$/;

/** The URI as messages may show it: a password after the user's name is masked. */
export function redactUri(text: string): string {
  return text.replace(/^([^/?#]*\/\/[^/?#@:]*):[^/?#@]*@/, "$1:***@");
}

/** An error about a URI; `text` is shown without its password. */
export function uriError(text: string, problem: string): InvalidUriError {
  return new InvalidUriError(`The URI "${redactUri(text)}" cannot be used: ${problem}`);
}

/**
 * Splits `scheme:[//[user@]host[:port]]path[?query][#fragment]`.
 *
 * @throws InvalidUriError for a URI that RFC 3986 does not allow, naming the part and the character.
 */
export function splitUri(text: string): UriParts {
  const scheme = /^[A-Za-z][A-Za-z0-9+.-]*(?=:)/.exec(text)?.[0];
  if (scheme === undefined) {
    throw uriError(text, 'it does not begin with a driver and a colon; write for instance "qemu:///system".');
  }
  const [beforeFragment, fragment] = cut(text.slice(scheme.length + 1), "#");
  const [hierarchy, query] = cut(beforeFragment, "?");
  const slash = hierarchy.startsWith("//") ? hierarchy.indexOf("/", 2) : 0;
  const pathStart = slash < 0 ? hierarchy.length : slash;
  const path = hierarchy.slice(pathStart);
  check(text, "path", path, PATH);
  check(text, "query", query ?? "", QUERY);
  check(text, "fragment", fragment ?? "", FRAGMENT);
  return {
    scheme,
    ...splitAuthority(text, hierarchy.slice(2, pathStart)),
    path: decodePart(text, "path", path),
    query,
    fragment: fragment === undefined ? undefined : decodePart(text, "fragment", fragment),
  };
}

/**
 * Undoes percent-encoding.
 *
 * @throws InvalidUriError if the bytes are not UTF-8, or one is NUL (where the C library would cut the value off).
 */
export function decodePart(text: string, part: string, value: string): string {
  let decoded: string;
  try {
    decoded = decodeURIComponent(value);
  } catch (cause) {
    const problem = `its ${part} "${value}" is not UTF-8 after percent-decoding.`;
    throw new InvalidUriError(uriError(text, problem).message, { cause });
  }
  if (decoded.includes("\0")) {
    throw uriError(text, `its ${part} "${value}" contains %00, and no name or path may contain a NUL.`);
  }
  return decoded;
}

function splitAuthority(text: string, authority: string): Pick<UriParts, "user" | "host" | "port"> {
  const [first, afterUser] = cut(authority, "@");
  const user = afterUser === undefined ? undefined : first;
  const server = afterUser ?? first;
  check(text, "user name", user ?? "", USER);
  const literal = /^\[([^\]]*)\]/.exec(server);
  const rawHost = literal?.[0] ?? cut(server, ":")[0];
  const rest = server.slice(rawHost.length);
  if (literal === null) check(text, "host", rawHost, HOST);
  const host = literal === null ? decodePart(text, "host", rawHost) : address(text, literal[1] ?? "");
  const port = splitPort(text, rest);
  return {
    user: user === undefined || user === "" ? undefined : decodePart(text, "user name", user),
    host: host === "" ? undefined : host,
    // Without a host there is nothing that a port could belong to; the C library forgets it too.
    port: host === "" ? undefined : port,
  };
}

function address(text: string, literal: string): string {
  // RFC 6874 wants %25 before a zone; a bare percent sign is what people write.
  const host = decodePart(text, "host", literal.replace(/%(?!25)/, "%25"));
  if (!IPV6.test(host)) {
    throw uriError(text, `"[${literal}]" is not an IPv6 address; write a host name without brackets.`);
  }
  return host;
}

function splitPort(text: string, rest: string): number | undefined {
  if (rest === "") return undefined;
  const port = /^:([0-9]+)$/.exec(rest)?.[1];
  if (port === undefined || Number(port) > 65535) {
    throw uriError(
      text,
      `"${rest}" after the host is not a port; write a colon and a number from 1 to 65535, or nothing for the default.`,
    );
  }
  // Port 0 has always meant "the default" to libvirt.
  return Number(port) === 0 ? undefined : Number(port);
}

function check(text: string, part: string, value: string, grammar: RegExp): void {
  const good = grammar.exec(value)?.[0].length ?? 0;
  const bad = value.codePointAt(good);
  if (bad === undefined) return;
  const char = String.fromCodePoint(bad);
  const fix =
    char === "%" ? "a percent sign needs two hex digits, or write it as %25" : `write it as ${encoded(char)}`;
  throw uriError(text, `its ${part} has ${JSON.stringify(char)} where that is not allowed; ${fix}.`);
}

function encoded(char: string): string {
  return [...new TextEncoder().encode(char)]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`)
    .join("");
}

function cut(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)];
}
