import { constants } from "node:fs";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { ConnectError, InvalidValueError } from "../../errors/index.js";
import { describeErrno, errnoCode } from "../errno.js";
import type { Pem, TlsOptions } from "./tls-options.js";

/** A certificate, key or list, and where it is from: a path, or the name of an option. */
export interface Piece {
  readonly from: string;
  readonly pem: Pem;
}

/** What a TLS connection is made with. */
export interface TlsCredentials {
  /** Empty only if the server is not verified. */
  readonly ca: readonly Piece[];
  /** Of no use without the key. */
  readonly cert: Piece | undefined;
  readonly key: Piece | undefined;
  readonly crl: Piece | undefined;
}

/** Where libvirt's files are looked for. */
export interface TlsFileEnvironment {
  /** The `pkipath` parameter: a folder that has all of them, and is the only place then. */
  readonly pkipath?: string | undefined;
  readonly euid?: number | undefined;
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Stands for /etc/pki. */
  readonly pkiDir?: string | undefined;
  /** Whether the server's certificate is going to be checked. */
  readonly verify: boolean;
  /** Gives up waiting for a file. */
  readonly signal?: AbortSignal | undefined;
}

/** The four files of one place. */
interface Place {
  readonly ca: string;
  readonly crl: string;
  readonly cert: string;
  readonly key: string;
}

/**
 * Gathers what the caller gives and, for the rest, what libvirt's files have: those of `pkipath`; else the user's own,
 * where authority and revocation list may each come from the system instead, and certificate and key only together;
 * else the system's. Root has only the system's.
 *
 * @throws ConnectError if the authority's certificate is nowhere, or a file cannot be read.
 * @see https://libvirt.org/kbase/tlscerts.html
 */
export async function gatherCredentials(
  options: TlsOptions,
  environment: TlsFileEnvironment,
): Promise<TlsCredentials> {
  const { verify, signal } = environment;
  const places = placesOf(environment);
  const ca =
    options.ca === undefined
      ? await firstOf(
          places.map((place) => place.ca),
          signal,
        )
      : [options.ca].flat().map((pem) => given("tls.ca", pem));
  if (ca === undefined && verify) {
    throw new ConnectError(
      `No certificate authority to check the server with: looked for ${places.map((place) => place.ca).join(" and ")}. ` +
        "Put the authority's certificate there, name its folder with pkipath=, or give it as tls.ca.",
    );
  }
  const crl =
    options.crl === undefined
      ? await firstOf(
          places.map((place) => place.crl),
          signal,
        )
      : given("tls.crl", options.crl);
  const own = options.cert !== undefined || options.key !== undefined;
  const pair = own ? givenPair(options) : await filePair(places, signal);
  return { ca: ca === undefined ? [] : [ca].flat(), crl, ...pair };
}

type Pair = Pick<TlsCredentials, "cert" | "key">;

function givenPair({ cert, key }: TlsOptions): Pair {
  return {
    cert: cert === undefined ? undefined : given("tls.cert", cert),
    key: key === undefined ? undefined : given("tls.key", key),
  };
}

function given(from: string, pem: unknown): Piece {
  if (typeof pem === "string" || pem instanceof Uint8Array) return { from, pem };
  throw new InvalidValueError(
    `${from} is of type ${typeof pem}; give the text of a PEM file, or its bytes as a Uint8Array.`,
  );
}

/** From the first place that has both, else what the last place has. */
async function filePair(places: readonly Place[], signal: AbortSignal | undefined): Promise<Pair> {
  let pair: Pair = { cert: undefined, key: undefined };
  for (const place of places) {
    pair = { cert: await read(place.cert, signal), key: await read(place.key, signal) };
    if (pair.cert !== undefined && pair.key !== undefined) break;
  }
  return pair;
}

function placesOf({ pkipath, euid, env = process.env, pkiDir = "/etc/pki" }: TlsFileEnvironment): Place[] {
  if (pkipath !== undefined) return [folder(pkipath)];
  const system = {
    ca: `${pkiDir}/CA/cacert.pem`,
    crl: `${pkiDir}/CA/cacrl.pem`,
    cert: `${pkiDir}/libvirt/clientcert.pem`,
    key: `${pkiDir}/libvirt/private/clientkey.pem`,
  };
  if ((euid ?? process.geteuid?.() ?? 0) === 0) return [system];
  const home = env.HOME === undefined || env.HOME === "" ? homedir() : env.HOME;
  return [folder(`${home}/.pki/libvirt`), system];
}

function folder(path: string): Place {
  return {
    ca: `${path}/cacert.pem`,
    crl: `${path}/cacrl.pem`,
    cert: `${path}/clientcert.pem`,
    key: `${path}/clientkey.pem`,
  };
}

async function firstOf(
  paths: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Piece | undefined> {
  for (const path of paths) {
    const piece = await read(path, signal);
    if (piece !== undefined) return piece;
  }
  return undefined;
}

// A named pipe would hold up one of Node's few threads until somebody writes to it, whatever the signal says.
const AT_ONCE = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

async function read(path: string, signal: AbortSignal | undefined): Promise<Piece | undefined> {
  try {
    return { from: path, pem: await readFile(path, { signal, flag: AT_ONCE }) };
  } catch (cause) {
    signal?.throwIfAborted();
    const code = errnoCode(cause);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new ConnectError(
      `${path} cannot be read (${describeErrno(cause)}); correct its permissions, or name another folder with pkipath=.`,
      { cause },
    );
  }
}
