import type { SaslClient } from "../protocol/index.js";
import { IDENTITY_ADVICE } from "./advice.js";
import type { SaslContext } from "./context.js";
import { OneMessageClient } from "./one-message.js";

/** EXTERNAL of RFC 4422: the server knows already who is there, for instance by a certificate of TLS. */
export function externalClient(context: SaslContext): SaslClient {
  const mechanism = "EXTERNAL";
  return new OneMessageClient(
    mechanism,
    IDENTITY_ADVICE,
    context,
    async () => (await context.ask("authorizationId", mechanism)) ?? "",
  );
}
