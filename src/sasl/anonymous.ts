import type { SaslClient } from "../protocol/index.js";
import { IDENTITY_ADVICE } from "./advice.js";
import type { SaslContext } from "./context.js";
import { OneMessageClient } from "./one-message.js";

/** ANONYMOUS of RFC 4505: nobody in particular. For its log the server gets to know what program asks, and not who. */
export function anonymousClient(context: SaslContext): SaslClient {
  return new OneMessageClient("ANONYMOUS", IDENTITY_ADVICE, context, async () => "libvirt-rpc");
}
