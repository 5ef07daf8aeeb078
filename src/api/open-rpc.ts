import type { AuthOptions } from "../auth/index.js";
import {
  AuthError,
  CallTimeoutError,
  ConnectError,
  ConnectionError,
  isLibvirtError,
} from "../errors/index.js";
import { REMOTE_PROC_AUTH_POLKIT } from "../protocol/generated/remote/index.js";
import {
  type Authentication,
  type CallOptions,
  countDown,
  openSession,
  RpcClient,
} from "../protocol/index.js";
import {
  type ConnectionUri,
  type DialOptions,
  describeUri,
  dial,
  openName,
  parseUri,
  type Transport,
} from "../transport/index.js";
import { publishState } from "./diagnostics.js";

/** What it takes to open a connection, and to open it again. */
export interface OpenOptions extends CallOptions, Pick<DialOptions, "readOnly" | "tls" | "ssh"> {
  readonly auth?: AuthOptions | undefined;
  readonly aliases?: boolean | undefined;
  readonly maxInFlight?: number | undefined;
}

/** A connection on which calls can be made. */
export interface OpenRpc {
  readonly rpc: RpcClient;
  /** Who can read along; what a security layer changes is counted. */
  readonly transport: Pick<Transport, "secure" | "encrypted">;
  /** Whether the daemon answers pings. */
  readonly keepalive: boolean;
  /** `undefined` if the daemon was left to choose. */
  readonly uri: ConnectionUri | undefined;
}

/** Milliseconds for dialling, authentication and opening together. */
export const OPEN_TIMEOUT_MS = 60_000;

/** Where a URI leads, and all that was found out about how to get there. */
export interface Way {
  /** `undefined` if the daemon is left to choose. */
  readonly uri: ConnectionUri | undefined;
  readonly options: DialOptions;
}

/** Finds out where `uri` leads. */
export async function findWay(uri: string | undefined, options: OpenOptions): Promise<Way> {
  const { readOnly = false, auth = {}, tls, ssh } = options;
  const { credentialSource, resolveTarget } = await import("../config/index.js");
  const target = await resolveTarget(uri, {}, options);
  const parsed = target.uri === undefined ? undefined : parseUri(target.uri);
  const settings = target.settings(parsed?.client ?? {});
  const credentials = credentialSource(auth, { authfile: parsed?.client.authfile, user: parsed?.user });
  return { uri: parsed, options: { readOnly, ...settings, credentials, tls, ssh } };
}

/** Finds out where `uri` leads, dials, authenticates, and opens the hypervisor there. */
export async function openRpc(
  uri: string | undefined,
  options: OpenOptions,
  dialer: typeof dial = dial,
): Promise<OpenRpc> {
  const { readOnly = false, timeoutMs = OPEN_TIMEOUT_MS, signal, maxInFlight } = options;
  const remaining = countDown({ signal, timeoutMs });
  const { uri: parsed, options: way } = await findWay(uri, options);
  const { credentials } = way;
  const transport = isEmbedded(parsed)
    ? await dialEmbedded(parsed)
    : await dialer(parsed, { ...way, ...remaining() });
  const { peer } = transport;
  const rpc = new RpcClient(transport, {
    maxInFlight,
    onPause: ({ stream, paused }) => publishState({ state: paused ? "paused" : "resumed", peer, stream }),
  });
  try {
    const name = parsed === undefined ? "" : openName(parsed);
    const authentication: Authentication = {
      wanted: parsed?.client.auth,
      sasl: async (offered, mechanism) => {
        const { answerSasl } = await import("../sasl/index.js");
        const { secure } = transport;
        return await answerSasl({ host: parsed?.host, peer, secure, credentials })(offered, mechanism);
      },
    };
    const { keepalive } = await openSession(rpc, { name, readOnly, authentication }, remaining);
    return { rpc, transport: rpc.privacy, keepalive, uri: parsed };
  } catch (error) {
    rpc.close();
    const reason = await hinted(error, readOnly, parsed);
    throw explain(reason, parsed === undefined ? "the local daemon" : describeUri(parsed), peer, timeoutMs);
  }
}

/** `test:///` is a hypervisor inside the calling process, for every client. */
function isEmbedded(uri: ConnectionUri | undefined): uri is ConnectionUri {
  return uri?.driver === "test" && !uri.transportNamed && uri.host === undefined;
}

async function dialEmbedded(uri: ConnectionUri): Promise<Transport> {
  const testing = await import("../testing/index.js");
  return testing.dialEmbedded(openName(uri), uri.path);
}

/** What polkit refuses is for its own users to mend, and they need to know how. */
async function hinted(error: unknown, readOnly: boolean, uri: ConnectionUri | undefined): Promise<unknown> {
  if (!(error instanceof AuthError) || error.procedure !== REMOTE_PROC_AUTH_POLKIT.name) return error;
  const { withPolkitHint } = await import("./polkit-hint.js");
  const local = uri === undefined || uri.transport === "unix";
  return withPolkitHint(error, { readOnly, local, socket: uri?.client.socket });
}

/** Errors of the connection's own steps say what was being opened; the daemon's refusals speak for themselves. */
function explain(error: unknown, what: string, peer: string, timeoutMs: number): unknown {
  if (error instanceof CallTimeoutError) {
    const message = `opening ${what} was not done within ${timeoutMs} ms: ${peer} did not answer ${error.procedure}`;
    return new CallTimeoutError(message, { cause: error, procedure: error.procedure });
  }
  if (error instanceof ConnectionError && !(error instanceof ConnectError)) {
    // A transport through a program learns only now that it never got there.
    const cause = error.cause instanceof ConnectError ? error.cause : error;
    return new ConnectError(`cannot open ${what}: ${cause.message}`, { cause });
  }
  return isLibvirtError(error) ? error : new ConnectError(`cannot open ${what}`, { cause: error });
}
