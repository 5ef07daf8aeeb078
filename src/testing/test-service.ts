import { ErrorDomain, ErrorNumber } from "../protocol/generated/constants/index.js";
import {
  REMOTE_PROC_AUTH_LIST,
  REMOTE_PROC_AUTH_POLKIT,
  REMOTE_PROC_AUTH_SASL_INIT,
  REMOTE_PROC_AUTH_SASL_START,
  REMOTE_PROC_AUTH_SASL_STEP,
  REMOTE_PROC_CONNECT_CLOSE,
  REMOTE_PROC_CONNECT_OPEN,
  REMOTE_PROC_CONNECT_SUPPORTS_FEATURE,
} from "../protocol/generated/remote/index.js";
import type { KeepAlive } from "../protocol/index.js";
import { RouteTable, type ServedProcedure, type ServerCall, type Service } from "../protocol/server/index.js";
import { authRoutes, type SaslOptions } from "./auth/index.js";
import { requireOpen } from "./connect/index.js";
import { functionName } from "./function-name.js";
import type { Hypervisor } from "./hypervisor.js";
import { lastProcedure } from "./protocol-levels.js";
import { readsOnly } from "./read-only.js";
import { refuse } from "./refuse.js";
import { SERVED } from "./served.js";
import { type ClientSession, handle, type TestRoute } from "./session.js";

/** What may be called before the client has said who it is. */
const AUTH: ReadonlySet<string> = new Set(
  [
    REMOTE_PROC_AUTH_LIST,
    REMOTE_PROC_AUTH_SASL_INIT,
    REMOTE_PROC_AUTH_SASL_START,
    REMOTE_PROC_AUTH_SASL_STEP,
    REMOTE_PROC_AUTH_POLKIT,
  ].map(({ name }) => name),
);
/** What may be called before the hypervisor is open. */
const EARLY: ReadonlySet<string> = new Set([
  ...AUTH,
  REMOTE_PROC_CONNECT_OPEN.name,
  REMOTE_PROC_CONNECT_CLOSE.name,
  REMOTE_PROC_CONNECT_SUPPORTS_FEATURE.name,
]);

/** What libvirtd does by default: a ping after five seconds of silence, five times at the most. */
const KEEP_ALIVE: KeepAlive = { interval: 5, count: 5 };

/** How clients are let in, and kept. */
export interface ServiceOptions {
  readonly sasl?: SaslOptions | undefined;
  /** How clients are watched that answer pings; `null` for not at all. */
  readonly keepAlive?: KeepAlive | null | undefined;
}

/** What a server does for its clients, with a hypervisor behind it. */
export function testService(hypervisor: Hypervisor, options: ServiceOptions = {}): Service<ClientSession> {
  const { sasl, keepAlive = KEEP_ALIVE } = options;
  const routes = [...authRoutes(sasl), ...hypervisor.routes];
  const answered = new Set(routes.map(({ procedure }) => procedure.name));
  const last = lastProcedure(hypervisor.libVersion);
  const served = SERVED.filter(({ program, number }) => program.name !== "remote" || number <= last);
  const known = new Set(served.map(({ name }) => name));
  const rest = served.filter(({ name }) => !answered.has(name)).map(unsupported);
  return {
    routes: new RouteTable(served, [...routes.filter(({ procedure }) => known.has(procedure.name)), ...rest]),
    open: (connection) => ({
      connection,
      keepAlive: keepAlive ?? undefined,
      authenticated: sasl === undefined,
      opened: undefined,
    }),
    before: async (call) => {
      const { name } = call.procedure;
      if (!call.session.authenticated && !AUTH.has(name)) {
        throw refuse(ErrorNumber.RPC, ErrorDomain.RPC, "authentication required");
      }
      await hypervisor.faultBox.before(call);
      if (EARLY.has(name)) return;
      requireOpen(call.session);
      requireWritable(call);
    },
  };
}

/** What a driver of libvirt says of a function that it does not have. */
function unsupported(procedure: ServedProcedure): TestRoute {
  return handle(procedure, () => {
    throw refuse(ErrorNumber.NO_SUPPORT, partOf(procedure.name), functionName(procedure.name));
  });
}

function requireWritable({ procedure, session }: ServerCall<ClientSession>): void {
  if (session.opened?.readOnly !== true || readsOnly(procedure)) return;
  const detail = `read only access prevents ${functionName(procedure.name)}`;
  throw refuse(ErrorNumber.OPERATION_DENIED, partOf(procedure.name), detail);
}

/** Which part of libvirt a procedure belongs to. */
function partOf(procedure: string): number {
  const parts: readonly (readonly [string, number])[] = [
    ["NWFILTER", ErrorDomain.NWFILTER],
    ["NODE_DEVICE", ErrorDomain.NODEDEV],
    ["NETWORK", ErrorDomain.NETWORK],
    ["STORAGE", ErrorDomain.STORAGE],
    ["SECRET", ErrorDomain.SECRET],
    ["PROC_INTERFACE", ErrorDomain.INTERFACE],
    ["SNAPSHOT", ErrorDomain.DOMAIN_SNAPSHOT],
  ];
  return parts.find(([word]) => procedure.includes(word))?.[1] ?? ErrorDomain.DOMAIN;
}
