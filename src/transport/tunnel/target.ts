/** Something that listens on the daemon's host, as that host sees it. */
export type TunnelTarget = { readonly path: string } | { readonly host: string; readonly port: number };

/** As messages show it. */
export function describeTarget(target: TunnelTarget): string {
  if ("path" in target) return target.path;
  return `${target.host.includes(":") ? `[${target.host}]` : target.host}:${target.port}`;
}

/** Any address of its host. */
export function isWildcard(host: string): boolean {
  return host === "0.0.0.0" || host === "::" || host === "";
}

/** An address that means the host that uses it. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d+){3}|::1|::ffff:127(\.\d+){3})$/i.test(host);
}
