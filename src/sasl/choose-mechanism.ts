import { AuthenticationError } from "../errors/index.js";
import type { SaslClient } from "../protocol/index.js";
import { anonymousClient } from "./anonymous.js";
import type { SaslContext } from "./context.js";
import { DigestMd5Client } from "./digest-md5.js";
import { externalClient } from "./external.js";
import { GssapiClient } from "./gssapi.js";
import { plainClient } from "./plain.js";
import { ScramClient } from "./scram.js";
import type { ScramHash } from "./scram-keys.js";

interface Mechanism {
  readonly name: string;
  /** Whether it can encrypt what comes after it. */
  readonly encrypts?: boolean;
  /** Whether it is for people with a name and a password. */
  readonly password?: boolean;
  /** What an open transport would give away. */
  readonly exposes?: string;
  /** Only for those who ask for it by name, or where there is nothing else. */
  readonly lastResort?: boolean;
  create(context: SaslContext): SaslClient | Promise<SaslClient>;
}

/** Strongest first. */
const MECHANISMS: readonly Mechanism[] = [
  { name: "GSSAPI", encrypts: true, create: (context) => GssapiClient.create(context) },
  scram("SCRAM-SHA-512", "sha512"),
  scram("SCRAM-SHA-256", "sha256"),
  scram("SCRAM-SHA-1", "sha1"),
  {
    name: "DIGEST-MD5",
    encrypts: true,
    password: true,
    create: (context) => new DigestMd5Client(context),
  },
  { name: "PLAIN", password: true, exposes: "would send the password in the clear", create: plainClient },
  { name: "EXTERNAL", create: externalClient },
  { name: "ANONYMOUS", lastResort: true, create: anonymousClient },
];

function scram(name: string, hash: ScramHash): Mechanism {
  return { name, password: true, create: (context) => new ScramClient(name, hash, context) };
}

/**
 * Chooses among the mechanisms that a server offers: the one that somebody insists on, else the strongest that can be
 * used here.
 *
 * @throws AuthenticationError that goes through the server's list, or tells what the mechanism lacks.
 */
export async function chooseMechanism(
  context: SaslContext,
  offered: readonly string[],
  wanted: string | undefined,
): Promise<SaslClient> {
  const names = offered.map((name) => name.toUpperCase());
  if (wanted !== undefined) return await insist(context, names, wanted);
  const leftOut = new Map<string, string>();
  for (const mechanism of MECHANISMS) {
    if (!names.includes(mechanism.name)) continue;
    const reason = tooOpen(mechanism, context) ?? (await unsuitable(mechanism, context, names));
    if (reason !== undefined) leftOut.set(mechanism.name, reason);
    else if (mechanism.name !== "GSSAPI") return await mechanism.create(context);
    else {
      try {
        return await mechanism.create(context);
      } catch (error) {
        // Who has no ticket may still have a password.
        if (!(error instanceof AuthenticationError)) throw error;
        leftOut.set(mechanism.name, error.message);
      }
    }
  }
  const list = names.map((name) => `${name} (${leftOut.get(name) ?? "is not spoken here"})`);
  throw new AuthenticationError(
    `no SASL mechanism of ${context.peer} can be used: ${list.join("; ") || "it offers none"}${wayOut(context)}`,
  );
}

async function insist(context: SaslContext, names: readonly string[], wanted: string): Promise<SaslClient> {
  if (!names.includes(wanted)) {
    throw new AuthenticationError(
      `SASL mechanism ${wanted} is not offered by ${context.peer}, which has ${names.join(", ") || "none"}; ` +
        "change auth=sasl.MECHANISM in the URI, or mech_list in the daemon's SASL configuration",
    );
  }
  const mechanism = MECHANISMS.find(({ name }) => name === wanted);
  if (mechanism === undefined) {
    const spoken = MECHANISMS.map(({ name }) => name).join(", ");
    throw new AuthenticationError(`SASL mechanism ${wanted} is not spoken here, ${spoken} are`);
  }
  const reason = tooOpen(mechanism, context);
  if (reason === undefined) return await mechanism.create(context);
  throw new AuthenticationError(`SASL mechanism ${wanted} ${reason}${wayOut(context)}`);
}

/** Why a mechanism cannot be used on an open transport. */
function tooOpen({ encrypts, exposes }: Mechanism, { secure, peer }: SaslContext): string | undefined {
  if (secure || encrypts === true) return undefined;
  return exposes === undefined ? `does not encrypt what follows it over ${peer}` : `${exposes} over ${peer}`;
}

/** Why a mechanism is not chosen without being asked for. */
async function unsuitable(
  { name, password, lastResort }: Mechanism,
  context: SaslContext,
  names: readonly string[],
): Promise<string | undefined> {
  if (lastResort === true && names.length > 1) {
    return `is used only when asked for: auth=sasl.${name} in the URI`;
  }
  if (password !== true || (await context.ask("username", name)) !== undefined) return undefined;
  return `wants a user name, and ${context.howToGive("username")}`;
}

function wayOut({ secure }: SaslContext): string {
  return secure
    ? ""
    : "; over TLS, SSH or a unix socket every mechanism will do, over plain TCP only GSSAPI and DIGEST-MD5 will";
}
