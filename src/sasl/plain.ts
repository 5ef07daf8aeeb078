import { InvalidValueError } from "../errors/index.js";
import type { SaslClient } from "../protocol/index.js";
import { PASSWORD_ADVICE } from "./advice.js";
import type { SaslContext } from "./context.js";
import { OneMessageClient } from "./one-message.js";

/** PLAIN of RFC 4616: name and password as they are, so that everything depends on the transport. */
export function plainClient(context: SaslContext): SaslClient {
  const mechanism = "PLAIN";
  return new OneMessageClient(mechanism, PASSWORD_ADVICE, context, async () => {
    const username = await context.need("username", mechanism);
    const password = await context.need("password", mechanism, username);
    const actAs = (await context.ask("authorizationId", mechanism, { username })) ?? "";
    if ([actAs, username, password].some((part) => part.includes("\0"))) {
      throw new InvalidValueError("user name, password and authorizationId must not have NUL characters");
    }
    return `${actAs}\0${username}\0${password}`;
  });
}
