import type { Authentication } from "../protocol/index.js";
import { chooseMechanism } from "./choose-mechanism.js";
import { SaslContext, type SaslOptions } from "./context.js";

export { SaslContext, type SaslOptions } from "./context.js";

/** Answers a server that demands SASL. */
export function answerSasl(options: SaslOptions): NonNullable<Authentication["sasl"]> {
  const context = new SaslContext(options);
  return (offered, wanted) => chooseMechanism(context, offered, wanted);
}
export { saslprep } from "./saslprep.js";
export { clientProof, type ScramHash, scramKeys, serverSignature } from "./scram-keys.js";
export { readAttributes, readBase64 } from "./scram-message.js";
