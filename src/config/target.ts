import { type ClientConfig, loadClientConfig } from "./client-config.js";
import { type ConfigEnvironment, variable } from "./files.js";

/** What a URI itself says, which goes before what libvirt.conf says. */
interface SaidByUri {
  readonly mode?: string | undefined;
  readonly proxy?: string | undefined;
}

/** Where a connection is to go, and how this machine's settings would have it go there. */
export interface Target {
  /** `undefined` if neither the caller nor a setting gives one, so that the daemon chooses. */
  readonly uri: string | undefined;
  /**
   * What libvirt.conf says of the way there.
   *
   * @throws InvalidConfigError for a value that is not possible, unless the URI says something else.
   */
  settings(said: SaidByUri): RemoteSettings;
}

export interface RemoteSettings {
  readonly remoteMode: "auto" | "legacy" | "direct" | undefined;
  readonly remoteProxy: "auto" | "netcat" | "native" | undefined;
  readonly tlsPriority: string | undefined;
}

/**
 * Finds out where a URI, an alias of one, or nothing at all leads: `LIBVIRT_DEFAULT_URI` and `uri_default` stand in for
 * nothing, `uri_aliases` for names.
 *
 * @throws InvalidConfigError if libvirt.conf cannot be read or understood.
 */
export async function resolveTarget(
  uri: string | undefined,
  environment: ConfigEnvironment = {},
  { aliases = true }: { readonly aliases?: boolean | undefined } = {},
): Promise<Target> {
  const config = await loadClientConfig(environment);
  const given = uri === "" ? undefined : uri;
  const named = given ?? defaultUri(config, environment);
  return {
    uri: named === undefined || !aliases ? named : (config.alias(named) ?? named),
    settings: (said) => readSettings(config, said),
  };
}

function readSettings(config: ClientConfig, { mode, proxy }: SaidByUri): RemoteSettings {
  return {
    remoteMode: mode === undefined ? config.choice("remote_mode", ["auto", "legacy", "direct"]) : undefined,
    remoteProxy:
      proxy === undefined ? config.choice("remote_proxy", ["auto", "netcat", "native"]) : undefined,
    tlsPriority: config.string("tls_priority"),
  };
}

function defaultUri(config: ClientConfig, environment: ConfigEnvironment): string | undefined {
  const uri = variable(environment, "LIBVIRT_DEFAULT_URI") ?? config.string("uri_default");
  return uri === "" ? undefined : uri;
}
