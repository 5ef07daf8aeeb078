import type { ConnectionUri } from "./uri.js";

/**
 * The name for the daemon's CONNECT_OPEN call: the URI without transport, server and client-only parameters, with what
 * is left percent-encoded as the C library encodes it. Empty where the daemon shall choose its driver: no URI, or
 * driver `remote`. A `name=` parameter is sent as it is.
 */
export function openName(uri: ConnectionUri | undefined): string {
  if (uri === undefined) return "";
  if (uri.client.name !== undefined) return uri.client.name;
  if (uri.driver === "remote") return "";
  const query = uri.parameters.map(({ name, value }) => `${encodeValue(name)}=${encodeValue(value)}`);
  const search = query.length === 0 ? "" : `?${query.join("&")}`;
  return `${uri.driver}://${encodePath(uri.path)}${search}${encodeFragment(uri.fragment)}`;
}

/** The URI as the C library gives it back: path and fragment encoded anew, the query as it was written. */
export function formatUri(uri: ConnectionUri): string {
  const user = uri.user === undefined ? "" : `${encodeURI(uri.user)}@`;
  const host = uri.host?.includes(":") ? `[${uri.host}]` : (uri.host ?? "");
  const port = uri.port === undefined ? "" : `:${uri.port}`;
  const query = uri.query === undefined ? "" : `?${uri.query}`;
  return `${uri.scheme}://${user}${host}${port}${encodePath(uri.path)}${query}${encodeFragment(uri.fragment)}`;
}

function encodePath(path: string): string {
  return encodeURI(path).replace(/[?#:]/g, percent);
}

function encodeFragment(text: string | undefined): string {
  if (text === undefined) return "";
  return `#${encodeURI(text).replaceAll("#", "%23").replaceAll("%5B", "[").replaceAll("%5D", "]")}`;
}

/** Everything but letters, digits and `-._~`. */
function encodeValue(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, percent);
}

function percent(char: string): string {
  return `%${char.charCodeAt(0).toString(16).toUpperCase()}`;
}
