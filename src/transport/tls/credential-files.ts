import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { ConnectError } from "../../errors/index.js";
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
  readonly systemDir?: string | undefined;
  /** Whether the server's certificate is going to be checked. */
  readonly verify: boolean;
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
  const places = placesOf(environment);
  const ca =
    options.ca === undefined
      ? await firstOf(places.map((place) => place.ca))
      : [options.ca].flat().map((pem) => ({ from: "tls.ca", pem }));
  if (ca === undefined && environment.verify) {
    throw new ConnectError(
      `No certificate authority to check the server with: looked for ${places.map((place) => place.ca).join(" and ")}. ` +
        "Put the authority's certificate there, name its folder with pkipath=, or give it as tls.ca.",
    );
  }
  const own = options.cert !== undefined || options.key !== undefined;
  const crl =
    options.crl === undefined
      ? await firstOf(places.map((place) => place.crl))
      : { from: "tls.crl", pem: options.crl };
  return {
    ca: ca === undefined ? [] : [ca].flat(),
    crl,
    ...(own ? ownPair(options) : await filePair(places)),
  };
}

function ownPair({ cert, key }: TlsOptions): Pick<TlsCredentials, "cert" | "key"> {
  if (cert === undefined || key === undefined) {
    const [there, missing] = cert === undefined ? ["tls.key", "tls.cert"] : ["tls.cert", "tls.key"];
    throw new ConnectError(`${there} is given without ${missing}; a certificate and its key go together.`);
  }
  return { cert: { from: "tls.cert", pem: cert }, key: { from: "tls.key", pem: key } };
}

async function filePair(places: readonly Place[]): Promise<Pick<TlsCredentials, "cert" | "key">> {
  for (const place of places) {
    const [cert, key] = [await read(place.cert), await read(place.key)];
    if (cert !== undefined && key !== undefined) return { cert, key };
    const last = place === places.at(-1);
    if (!last || (cert === undefined && key === undefined)) continue;
    const [there, missing] = cert === undefined ? [place.key, place.cert] : [place.cert, place.key];
    throw new ConnectError(
      `${there} is there, but ${missing} is not; a certificate and its key go together.`,
    );
  }
  return { cert: undefined, key: undefined };
}

function placesOf({ pkipath, euid, env = process.env, systemDir = "/etc/pki" }: TlsFileEnvironment): Place[] {
  if (pkipath !== undefined) {
    return [
      {
        ca: `${pkipath}/cacert.pem`,
        crl: `${pkipath}/cacrl.pem`,
        cert: `${pkipath}/clientcert.pem`,
        key: `${pkipath}/clientkey.pem`,
      },
    ];
  }
  const system = {
    ca: `${systemDir}/CA/cacert.pem`,
    crl: `${systemDir}/CA/cacrl.pem`,
    cert: `${systemDir}/libvirt/clientcert.pem`,
    key: `${systemDir}/libvirt/private/clientkey.pem`,
  };
  if ((euid ?? process.geteuid?.() ?? 0) === 0) return [system];
  const home = env.HOME === undefined || env.HOME === "" ? homedir() : env.HOME;
  const user = `${home}/.pki/libvirt`;
  return [
    {
      ca: `${user}/cacert.pem`,
      crl: `${user}/cacrl.pem`,
      cert: `${user}/clientcert.pem`,
      key: `${user}/clientkey.pem`,
    },
    system,
  ];
}

async function firstOf(paths: readonly string[]): Promise<Piece | undefined> {
  for (const path of paths) {
    const piece = await read(path);
    if (piece !== undefined) return piece;
  }
  return undefined;
}

async function read(path: string): Promise<Piece | undefined> {
  try {
    return { from: path, pem: await readFile(path) };
  } catch (cause) {
    const code = errnoCode(cause);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new ConnectError(`${path} cannot be read (${describeErrno(cause)}); correct its permissions.`, {
      cause,
    });
  }
}
