import { ErrorDomain, ErrorNumber } from "../../protocol/generated/constants/index.js";
import {
  REMOTE_PROC_AUTH_LIST,
  REMOTE_PROC_AUTH_POLKIT,
  REMOTE_PROC_AUTH_SASL_INIT,
  REMOTE_PROC_AUTH_SASL_START,
  REMOTE_PROC_AUTH_SASL_STEP,
  RemoteAuthType,
} from "../../protocol/generated/remote/index.js";
import { refuse } from "../refuse.js";
import { type ClientSession, handle, type TestRoute } from "../session.js";
import { PlainServer } from "./plain-server.js";
import type { SaslAnswer, SaslServer } from "./sasl-server.js";
import { ScramServer } from "./scram-server.js";

/** A mechanism that a test server can speak. */
export type SaslMechanism = "SCRAM-SHA-512" | "SCRAM-SHA-256" | "SCRAM-SHA-1" | "PLAIN";

/** Who may come in. */
export interface SaslOptions {
  /** Passwords by user name. */
  readonly users: Readonly<Record<string, string>>;
  /** All by default. */
  readonly mechanisms?: readonly SaslMechanism[];
}

type Make = (passwordOf: (user: string) => string | undefined) => SaslServer;

const MECHANISMS: Readonly<Record<SaslMechanism, Make>> = {
  "SCRAM-SHA-512": (passwordOf) => new ScramServer("sha512", passwordOf),
  "SCRAM-SHA-256": (passwordOf) => new ScramServer("sha256", passwordOf),
  "SCRAM-SHA-1": (passwordOf) => new ScramServer("sha1", passwordOf),
  PLAIN: (passwordOf) => new PlainServer(passwordOf),
};

const failed = (): Error => refuse(ErrorNumber.AUTH_FAILED, ErrorDomain.RPC, "authentication failed");

/** What is asked of clients before anything else: nothing, or to log in. */
export function authRoutes(sasl: SaslOptions | undefined): readonly TestRoute[] {
  const refused = (): never => {
    throw failed();
  };
  const polkit = handle(REMOTE_PROC_AUTH_POLKIT, refused);
  if (sasl === undefined) {
    return [
      handle(REMOTE_PROC_AUTH_LIST, () => ({ types: [RemoteAuthType.NONE] })),
      handle(REMOTE_PROC_AUTH_SASL_INIT, refused),
      handle(REMOTE_PROC_AUTH_SASL_START, refused),
      handle(REMOTE_PROC_AUTH_SASL_STEP, refused),
      polkit,
    ];
  }
  const names = sasl.mechanisms ?? (Object.keys(MECHANISMS) as SaslMechanism[]);
  const passwordOf = (user: string): string | undefined =>
    Object.hasOwn(sasl.users, user) ? sasl.users[user] : undefined;
  const exchanges = new WeakMap<ClientSession, SaslServer>();

  const answer = async (
    session: ClientSession,
    step: () => SaslAnswer | Promise<SaslAnswer>,
  ): Promise<{ readonly complete: number; readonly nil: number; readonly data: Uint8Array }> => {
    let said: SaslAnswer;
    try {
      said = await step();
    } catch {
      exchanges.delete(session);
      throw failed();
    }
    const { data, user } = said;
    if (user !== undefined) {
      session.authenticated = true;
      exchanges.delete(session);
    }
    return { complete: user === undefined ? 0 : 1, nil: data.length === 0 ? 1 : 0, data };
  };

  return [
    handle(REMOTE_PROC_AUTH_LIST, (_args, { session }) => ({
      types: [session.authenticated ? RemoteAuthType.NONE : RemoteAuthType.SASL],
    })),
    handle(REMOTE_PROC_AUTH_SASL_INIT, () => ({ mechlist: names.join(",") })),
    handle(REMOTE_PROC_AUTH_SASL_START, ({ mech, data }, { session }) => {
      const name = names.find((each) => each === mech);
      if (name === undefined || session.authenticated) throw failed();
      const server = MECHANISMS[name](passwordOf);
      exchanges.set(session, server);
      return answer(session, () => server.start(data));
    }),
    handle(REMOTE_PROC_AUTH_SASL_STEP, ({ data }, { session }) => {
      const server = exchanges.get(session);
      if (server === undefined) throw failed();
      return answer(session, () => server.step(data));
    }),
    polkit,
  ];
}
