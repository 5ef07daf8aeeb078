import { isIP, type Socket } from "node:net";
import { connect, createSecureContext, type SecureContext, type TLSSocket } from "node:tls";
import { domainToASCII } from "node:url";
import { ConnectError, InvalidValueError } from "../../errors/index.js";
import { withDeadline } from "../deadline.js";
import type { DialOptions } from "../dial-options.js";
import { errnoCode } from "../errno.js";
import { abortable } from "../ssh/abortable.js";
import { StreamTransport } from "../stream-transport.js";
import { openTcp, tcpEndpoint } from "../tcp.js";
import type { Transport } from "../transport.js";
import type { ConnectionUri } from "../uri.js";
import { checkCredentials, isEncrypted } from "./certificate-check.js";
import { confirmation } from "./confirmation.js";
import { gatherCredentials, type TlsCredentials } from "./credential-files.js";
import { CERTIFICATE_LABELS, pemBlocks, pemText } from "./pem.js";
import { readPriority, type Versions } from "./priority.js";
import { prepareServerCheck, type ServerCheck } from "./server-check.js";
import { handshakeProblem, messageOf, refusal } from "./tls-error.js";
import type { TlsOptions } from "./tls-options.js";

/** What one attempt is about. */
interface Attempt {
  readonly peer: string;
  /** The server's name, as far as it may be told to it: an address must not be. */
  readonly servername: string | undefined;
  readonly credentials: TlsCredentials;
  readonly context: SecureContext;
  /** `undefined` if any server will do. */
  readonly check: ServerCheck | undefined;
}

/**
 * Connects over TLS: checks our own certificates, the server's and its name, and waits for the server to accept ours.
 *
 * @throws ConnectError with what was refused, by whom, and what to do; InvalidUriError; InvalidValueError;
 * CallAbortedError; CallTimeoutError.
 */
export async function dialTls(uri: ConnectionUri, options: DialOptions): Promise<Transport> {
  const { tls = {}, env, euid, pkiDir } = options;
  const { noVerify, noSanity, tlsPriority = options.tlsPriority } = uri.client;
  const endpoint = tcpEndpoint(uri);
  const { peer } = endpoint;
  const verify = tls.verify ?? noVerify !== true;
  const pkipath = tls.pkipath ?? uri.client.pkipath;
  const versions = versionsOf(tls, tlsPriority);
  return await withDeadline(options, `Connecting to ${peer}`, async (signal) => {
    const credentials = await gatherCredentials(tls, { pkipath, env, euid, pkiDir, verify, signal });
    const passphrase = await abortable(signal, passphraseFor(credentials, endpoint.host, options));
    if (tls.sanityCheck ?? noSanity !== true) await checkCredentials(credentials, passphrase);
    const name = asciiName(tls.serverName ?? endpoint.host);
    const attempt: Attempt = {
      peer,
      servername: isIP(name) === 0 ? name : undefined,
      credentials,
      context: secureContext(credentials, { ...versions, ciphers: tls.ciphers, passphrase }),
      check: verify ? await prepareServerCheck({ ...credentials, name }) : undefined,
    };
    const socket = await openTcp(endpoint, signal, "listen_tls = 1 (or virtproxyd-tls.socket)");
    const secure = await establish(socket, attempt, signal);
    // Without it, Node makes one record of all writes that wait.
    Object.assign(secure, { _writev: null });
    return new StreamTransport(secure, { peer, secure: true, encrypted: true, separate: true });
  });
}

/** What the caller says in OpenSSL's words stands in place of what a URI or libvirt.conf says in GnuTLS'. */
function versionsOf({ minVersion, maxVersion, ciphers }: TlsOptions, priority: string | undefined): Versions {
  if (minVersion === undefined && maxVersion === undefined && ciphers === undefined) {
    return priority === undefined ? {} : readPriority(priority);
  }
  return { ...(minVersion && { minVersion }), ...(maxVersion && { maxVersion }) };
}

async function passphraseFor(
  { key }: TlsCredentials,
  host: string,
  { tls, credentials }: DialOptions,
): Promise<string | undefined> {
  if (tls?.passphrase !== undefined || key === undefined || !isEncrypted(key.pem)) return tls?.passphrase;
  return await credentials?.get({ kind: "passphrase", service: "libvirt", host, prompt: key.from });
}

/** As certificates have it. */
function asciiName(name: string): string {
  return isIP(name) === 0 ? domainToASCII(name) || name : name;
}

interface ContextOptions extends Versions {
  readonly ciphers: string | undefined;
  readonly passphrase: string | undefined;
}

/** @throws ConnectError or InvalidValueError for what OpenSSL does not take. */
function secureContext({ ca, cert, key }: TlsCredentials, options: ContextOptions): SecureContext {
  try {
    return createSecureContext({
      ...options,
      // An empty list, since without any list Node would trust the authorities of the web.
      ca: ca.flatMap(({ pem }) => pemBlocks(pem, CERTIFICATE_LABELS)),
      ...(cert !== undefined && key !== undefined && { cert: pemText(cert.pem), key: pemText(key.pem) }),
      // Any certificate in cacert.pem is trusted, as with GnuTLS, and not only one that signed itself.
      allowPartialTrustChain: true,
    });
  } catch (cause) {
    refuseSettings(options);
    const files = [...ca, cert, key].flatMap((piece) => (piece === undefined ? [] : [piece.from]));
    throw new ConnectError(
      `OpenSSL cannot use the certificates and keys of ${files.join(", ")} (${messageOf(cause)}); correct them.`,
      { cause },
    );
  }
}

/** Tells wrong settings from wrong certificates, since OpenSSL's own words seldom do. */
function refuseSettings(options: ContextOptions): void {
  try {
    createSecureContext({ ...options, ca: [] });
  } catch (cause) {
    throw new InvalidValueError(
      `OpenSSL does not take these settings of TLS (${messageOf(cause)}); correct tls.minVersion, tls.maxVersion or tls.ciphers.`,
      { cause },
    );
  }
}

/** Hands the socket over to TLS and waits until both sides have accepted each other. If anything fails, it is gone. */
async function establish(socket: Socket, attempt: Attempt, signal: AbortSignal): Promise<TLSSocket> {
  const { peer, servername, credentials, context, check } = attempt;
  const secure = connect({
    socket,
    secureContext: context,
    ...(servername !== undefined && { servername }),
    // Decided below, where everything can be told about a server that is not the right one.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
  });
  // An error after this attempt has ended has nobody left to tell.
  secure.on("error", () => {});
  let finished = false;
  try {
    await handshake(secure, signal);
    finished = true;
    const problem = check?.(secure);
    if (problem !== undefined) throw new ConnectError(`Cannot connect to ${peer}: ${problem}`);
    const refused = await confirmation(secure, signal);
    if (refused === undefined) return secure;
    const how = "ended" in refused ? "it hung up in place of 1" : `it sent ${refused.byte} in place of 1`;
    throw new ConnectError(`Cannot connect to ${peer}: ${refusal(how, credentials)}`);
  } catch (cause) {
    secure.destroy();
    signal.throwIfAborted();
    if (cause instanceof ConnectError) throw cause;
    // With TLS 1.3 an alert about our certificate comes only after the handshake.
    const problem = finished
      ? refusal(errnoCode(cause) ?? messageOf(cause), credentials)
      : handshakeProblem(cause, credentials);
    throw new ConnectError(`Cannot connect to ${peer}: ${problem}`, { cause });
  }
}

async function handshake(socket: TLSSocket, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const settle = (): void => {
      socket.off("secureConnect", onSecure).off("error", onError).off("close", onClose);
      signal.removeEventListener("abort", onAbort);
    };
    const onSecure = (): void => {
      settle();
      socket.pause();
      resolve();
    };
    const onError = (error: Error): void => {
      settle();
      reject(error);
    };
    const onClose = (): void => onError(Object.assign(new Error("closed"), { code: "ECONNRESET" }));
    const onAbort = (): void => onError(signal.reason as Error);
    socket.on("secureConnect", onSecure).on("error", onError).on("close", onClose);
    signal.addEventListener("abort", onAbort);
  });
}
