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
  const path = encodeURI(uri.path).replace(/[?#:]/g, percent);
  const search = query.length === 0 ? "" : `?${query.join("&")}`;
  const fragment = uri.fragment === undefined ? "" : `#${encodeFragment(uri.fragment)}`;
  return `${uri.driver}://${path}${search}${fragment}`;
}

function encodeFragment(text: string): string {
  return encodeURI(text).replaceAll("#", "%23").replaceAll("%5B", "[").replaceAll("%5D", "]");
}

/** Everything but letters, digits and `-._~`. */
function encodeValue(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, percent);
}

function percent(char: string): string {
  return `%${char.charCodeAt(0).toString(16).toUpperCase()}`;
}
