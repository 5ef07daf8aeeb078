import { type SaslAnswer, SaslRefused, type SaslServer } from "./sasl-server.js";

/** The server's side of PLAIN, RFC 4616. */
export class PlainServer implements SaslServer {
  private readonly passwordOf: (user: string) => string | undefined;

  constructor(passwordOf: (user: string) => string | undefined) {
    this.passwordOf = passwordOf;
  }

  start(message: Uint8Array): SaslAnswer {
    const [, user = "", password] = Buffer.from(message).toString().split("\0");
    if (password === undefined || this.passwordOf(user) !== password) throw new SaslRefused();
    return { data: new Uint8Array(), user };
  }

  step(): SaslAnswer {
    throw new SaslRefused();
  }
}
