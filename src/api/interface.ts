import type { RemoteNonnullInterface } from "../protocol/generated/remote/index.js";
import { InterfaceBase } from "./generated/interface-base.js";
import type { HandleFactories } from "./handle-factories.js";
import type { Session } from "./session.js";

/** A network interface of the host. */
export class Interface extends InterfaceBase {
  /** Such as "eth0". */
  readonly name: string;
  /** Hardware address, as virInterfaceGetMACString gives it. */
  readonly mac: string;

  /** @internal Objects come from lookups and lists. */
  constructor(session: Session<HandleFactories>, wire: RemoteNonnullInterface) {
    super(session);
    this.name = wire.name;
    this.mac = wire.mac;
  }

  /** @internal */
  get wire(): RemoteNonnullInterface {
    return { name: this.name, mac: this.mac };
  }
}
