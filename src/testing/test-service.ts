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
import { remoteReadOnly } from "../protocol/generated/remote/read-only.js";
import type { KeepAlive } from "../protocol/index.js";
import { RouteTable, type ServedProcedure, type ServerCall, type Service } from "../protocol/server/index.js";
import { requireOpen } from "./connect/index.js";
import { functionName } from "./function-name.js";
import type { Hypervisor } from "./hypervisor.js";
import { refuse } from "./refuse.js";
import { SERVED } from "./served.js";
import { type ClientSession, handle, type TestRoute } from "./session.js";

/** What may be called before the hypervisor is open. */
const EARLY: ReadonlySet<string> = new Set(
  [
    REMOTE_PROC_AUTH_LIST,
    REMOTE_PROC_AUTH_SASL_INIT,
    REMOTE_PROC_AUTH_SASL_START,
    REMOTE_PROC_AUTH_SASL_STEP,
    REMOTE_PROC_AUTH_POLKIT,
    REMOTE_PROC_CONNECT_OPEN,
    REMOTE_PROC_CONNECT_CLOSE,
    REMOTE_PROC_CONNECT_SUPPORTS_FEATURE,
  ].map(({ name }) => name),
);
const READ_ONLY: ReadonlySet<number> = new Set(remoteReadOnly);

/** What libvirtd does by default: a ping after five seconds of silence, five times at the most. */
const KEEP_ALIVE: KeepAlive = { interval: 5, count: 5 };

const services = new WeakMap<Hypervisor, Service<ClientSession>>();

/** What a server does for its clients, with a hypervisor behind it. */
export function testService(hypervisor: Hypervisor): Service<ClientSession> {
  const service = services.get(hypervisor) ?? makeService(hypervisor);
  services.set(hypervisor, service);
  return service;
}

function makeService(hypervisor: Hypervisor): Service<ClientSession> {
  const { routes } = hypervisor;
  const answered = new Set(routes.map(({ procedure }) => procedure.name));
  const rest = SERVED.filter(({ name }) => !answered.has(name)).map(unsupported);
  return {
    routes: new RouteTable(SERVED, [...routes, ...rest]),
    open: (connection) => ({ connection, keepAlive: KEEP_ALIVE, opened: undefined }),
    before: (call) => {
      if (EARLY.has(call.procedure.name)) return;
      requireOpen(call.session);
      requireWritable(call);
    },
  };
}

/** What a driver of libvirt says of a function that it does not have. */
function unsupported(procedure: ServedProcedure): TestRoute {
  return handle(procedure, () => {
    throw refuse(ErrorNumber.NO_SUPPORT, ErrorDomain.NONE, functionName(procedure.name));
  });
}

function requireWritable({ procedure, session }: ServerCall<ClientSession>): void {
  if (session.opened?.readOnly !== true || READ_ONLY.has(procedure.number)) return;
  const detail = `read only access prevents ${functionName(procedure.name)}`;
  throw refuse(ErrorNumber.OPERATION_DENIED, ErrorDomain.NONE, detail);
}
