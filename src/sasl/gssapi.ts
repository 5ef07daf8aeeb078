import { AuthenticationError } from "../errors/index.js";
import type { SaslClient, SecurityLayer } from "../protocol/index.js";
import { IDENTITY_ADVICE } from "./advice.js";
import type { SaslContext } from "./context.js";
import { carries, GssapiLayer, GssapiMessages, MAX_WRAPPED, toBase64 } from "./gssapi-layer.js";
import { CANNOT_WRAP, type KerberosContext, type KerberosOpener, openKerberos } from "./kerberos.js";

const MECHANISM = "GSSAPI";
/** libvirt's service, whose key the server has to have for its host. */
const SERVICE = "libvirt";
/** The security layers of RFC 4752, as bits. */
const Layer = { NONE: 1, CONFIDENTIALITY: 4 } as const;
/** No layer, and so no packets of any size. */
const REFUSAL = Uint8Array.of(Layer.NONE, 0, 0, 0);
/** A server that takes less at a time wants to keep us busy. */
const MIN_PEER_BUFFER = 1024;

/** GSSAPI of RFC 4752, with Kerberos: proves each side to the other by tickets, and can encrypt what follows. */
export class GssapiClient implements SaslClient {
  readonly mechanism: string = MECHANISM;
  readonly advice: string = IDENTITY_ADVICE;
  complete = false;
  layer: SecurityLayer | undefined;
  readonly #context: SaslContext;
  readonly #kerberos: KerberosContext;
  readonly #messages: GssapiMessages;
  readonly #token: Uint8Array | undefined;

  private constructor(context: SaslContext, kerberos: KerberosContext, token: Uint8Array | undefined) {
    this.#context = context;
    this.#kerberos = kerberos;
    this.#messages = new GssapiMessages(kerberos);
    this.#token = token;
  }

  /**
   * Gets a ticket for the server, which shows whether Kerberos can be used at all.
   *
   * @throws AuthenticationError that says what is missing: the package, a ticket, or the server's entry at the KDC.
   */
  static async create(context: SaslContext, open: KerberosOpener = openKerberos): Promise<GssapiClient> {
    try {
      const kerberos = await open(SERVICE, context.host, !context.secure);
      return new GssapiClient(context, kerberos, decode(await kerberos.step("")));
    } catch (cause) {
      throw cause instanceof AuthenticationError ? cause : unusable(context, cause);
    }
  }

  async start(): Promise<Uint8Array | undefined> {
    return this.#token;
  }

  async step(challenge: Uint8Array | undefined): Promise<Uint8Array | undefined> {
    if (this.complete) throw this.#refuse("goes on after its last message");
    if (this.#kerberos.contextComplete) return await this.#negotiate(challenge);
    try {
      return decode(await this.#kerberos.step(toBase64(challenge ?? new Uint8Array())));
    } catch (cause) {
      throw this.#refuse("could not prove that it is the server it claims to be", cause);
    }
  }

  /** Agrees about a layer, in messages that are signed and not encrypted. */
  async #negotiate(challenge: Uint8Array | undefined): Promise<Uint8Array> {
    let offer: Uint8Array;
    try {
      offer = await this.#messages.unwrap(challenge ?? new Uint8Array());
    } catch (cause) {
      throw this.#refuse("sent an offer of security layers that is not its own", cause);
    }
    const [layers = 0, ...size] = offer;
    if (size.length !== 3) throw this.#refuse("sent something else than an offer of security layers");
    const maxPeer = size.reduce((sum, byte) => sum * 256 + byte, 0);
    const choice = this.#context.secure ? Layer.NONE : Layer.CONFIDENTIALITY;
    if ((layers & choice) === 0) {
      throw this.#refuse(
        this.#context.secure
          ? "insists on a security layer of its own, on a connection that is secure already"
          : "offers no encryption, which a connection in the clear needs",
      );
    }
    const encrypts = choice === Layer.CONFIDENTIALITY;
    if (encrypts && maxPeer < MIN_PEER_BUFFER) {
      throw this.#refuse(`takes packets of ${maxPeer} bytes, ${MIN_PEER_BUFFER} are the least`);
    }
    const actAs = (await this.#context.ask("authorizationId", MECHANISM)) ?? "";
    const answer = encrypts ? await this.#demandLayer(actAs) : await this.#messages.sign(REFUSAL, actAs);
    if (encrypts) this.layer = new GssapiLayer(this.#messages, maxPeer);
    this.complete = true;
    return answer;
  }

  async #demandLayer(actAs: string): Promise<Uint8Array> {
    const demand = Buffer.alloc(4);
    demand.writeUInt32BE(MAX_WRAPPED);
    demand[0] = Layer.CONFIDENTIALITY;
    const message = Buffer.concat([demand, Buffer.from(actAs)]);
    const token = await this.#messages.sign(message);
    if (carries(token, message)) return token;
    throw new AuthenticationError(CANNOT_WRAP);
  }

  #refuse(what: string, cause?: unknown): AuthenticationError {
    const said = cause === undefined ? "" : ` (${text(cause)})`;
    return new AuthenticationError(`SASL ${MECHANISM}: ${this.#context.peer} ${what}${said}`, { cause });
  }
}

function decode(token: string | null): Uint8Array | undefined {
  return token === null || token === "" ? undefined : Buffer.from(token, "base64");
}

function unusable({ host }: SaslContext, cause: unknown): AuthenticationError {
  return new AuthenticationError(
    `Kerberos gives no ticket for ${SERVICE}/${host} (${text(cause)}): run kinit, and check that the URI names the host ` +
      "as the KDC knows it",
    { cause },
  );
}

function text(cause: unknown): string {
  return typeof cause === "object" && cause !== null && "message" in cause
    ? String(cause.message)
    : String(cause);
}
