import { isIP, type Socket } from "node:net";
import { checkServerIdentity, connect, type TLSSocket } from "node:tls";
import { ConnectError } from "../../errors/index.js";
import { withDeadline } from "../deadline.js";
import type { DialOptions } from "../dial-options.js";
import { errnoCode } from "../errno.js";
import { StreamTransport } from "../stream-transport.js";
import { openTcp, tcpEndpoint } from "../tcp.js";
import type { Transport } from "../transport.js";
import type { ConnectionUri } from "../uri.js";
import { checkCredentials } from "./certificate-check.js";
import { confirmation } from "./confirmation.js";
import { gatherCredentials, type TlsCredentials } from "./credential-files.js";
import { readPriority } from "./priority.js";
import { handshakeMessage, refusedMessage } from "./tls-error.js";
import type { TlsOptions } from "./tls-options.js";

/** What one attempt is about. */
interface Attempt extends TlsCredentials {
  readonly peer: string;
  readonly name: string;
  readonly verify: boolean;
  readonly options: TlsOptions;
}

/**
 * Connects over TLS: checks our own certificates, the server's and its name, and waits for the server to accept ours.
 *
 * @throws ConnectError with what was refused, by whom, and what to do; InvalidUriError; CallAbortedError;
 * CallTimeoutError.
 */
export async function dialTls(uri: ConnectionUri, options: DialOptions): Promise<Transport> {
  const { tls = {}, env, euid } = options;
  const { noVerify, noSanity, pkipath, tlsPriority = options.tlsPriority } = uri.client;
  const endpoint = tcpEndpoint(uri);
  const { peer } = endpoint;
  const verify = tls.verify ?? noVerify !== true;
  const versions = tlsPriority === undefined ? {} : readPriority(tlsPriority);
  return await withDeadline(options, `Connecting to ${peer}`, async (signal) => {
    const credentials = await gatherCredentials(tls, { pkipath, env, euid, verify });
    if (tls.sanityCheck ?? noSanity !== true) await checkCredentials(credentials, tls.passphrase);
    const socket = await openTcp(endpoint, signal, "listen_tls = 1 (or virtproxyd-tls.socket)");
    const name = tls.serverName ?? endpoint.host;
    const attempt = { ...credentials, peer, name, verify, options: { ...versions, ...definedOf(tls) } };
    const secure = await handshake(socket, attempt, signal);
    return new StreamTransport(secure, { peer, secure: true, encrypted: true });
  });
}

/** Hands the socket over to TLS. If anything fails, it is gone. */
async function handshake(socket: Socket, attempt: Attempt, signal: AbortSignal): Promise<TLSSocket> {
  const { name, verify, ca, cert, key, crl, options } = attempt;
  const secure = connect({
    socket,
    ...(isIP(name) === 0 ? { servername: name } : {}),
    rejectUnauthorized: verify,
    checkServerIdentity: (_, certificate) => (verify ? checkServerIdentity(name, certificate) : undefined),
    ca: ca.map(({ pem }) => Buffer.from(pem)),
    cert: cert && Buffer.from(cert.pem),
    key: key && Buffer.from(key.pem),
    crl: crl && Buffer.from(crl.pem),
    passphrase: options.passphrase,
    minVersion: options.minVersion,
    maxVersion: options.maxVersion,
    ciphers: options.ciphers,
  });
  // An error after this attempt has ended has nobody left to tell.
  secure.on("error", () => {});
  try {
    await established(secure, signal);
  } catch (error) {
    // Written before the socket forgets the server's certificate.
    const message = handshakeMessage(error, attempt, secure);
    secure.destroy();
    signal.throwIfAborted();
    throw new ConnectError(message, { cause: error });
  }
  try {
    const refusal = await confirmation(secure, signal);
    if (refusal === undefined) return secure;
    const how =
      "ended" in refusal ? "it hung up after the handshake" : `it sent ${refusal.byte} where it sends 1`;
    throw new ConnectError(refusedMessage(attempt, how));
  } catch (error) {
    secure.destroy();
    signal.throwIfAborted();
    if (error instanceof ConnectError) throw error;
    // With TLS 1.3 an alert about our certificate comes only now.
    throw new ConnectError(refusedMessage(attempt, errnoCode(error) ?? "it broke the connection off"), {
      cause: error,
    });
  }
}

async function established(socket: TLSSocket, signal: AbortSignal): Promise<void> {
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

/** What the caller gives goes before what the URI says, and nothing before that. */
function definedOf(options: TlsOptions): TlsOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as TlsOptions;
}
