import { ErrorDomain, ErrorNumber } from "../../protocol/generated/constants/index.js";
import {
  REMOTE_PROC_CONNECT_CLOSE,
  REMOTE_PROC_CONNECT_GET_LIB_VERSION,
  REMOTE_PROC_CONNECT_GET_TYPE,
  REMOTE_PROC_CONNECT_GET_URI,
  REMOTE_PROC_CONNECT_GET_VERSION,
  REMOTE_PROC_CONNECT_IS_SECURE,
  REMOTE_PROC_CONNECT_OPEN,
  REMOTE_PROC_CONNECT_SUPPORTS_FEATURE,
} from "../../protocol/generated/remote/index.js";
import { DriverFeature } from "../../protocol/index.js";
import { refuse } from "../refuse.js";
import { type ClientSession, handle, type TestRoute } from "../session.js";

/** What this hypervisor says of itself. */
export interface Identity {
  /** The URI that it opens. */
  readonly uri: string;
  /** The version of libvirt that it speaks as: major * 1,000,000 + minor * 1000 + release. */
  readonly libVersion: number;
}

/** The version of the test driver, which has stayed the same since there is one. */
const TEST_VERSION = 2n;
const READ_ONLY = 1;

const FEATURES: ReadonlySet<number> = new Set([
  DriverFeature.MIGRATION_V3,
  DriverFeature.TYPED_PARAM_STRING,
  DriverFeature.PROGRAM_KEEPALIVE,
  DriverFeature.XML_MIGRATABLE,
  DriverFeature.MIGRATION_OFFLINE,
  DriverFeature.MIGRATION_PARAMS,
  DriverFeature.REMOTE_EVENT_CALLBACK,
  DriverFeature.REMOTE_CLOSE_CALLBACK,
  DriverFeature.NETWORK_UPDATE_HAS_CORRECT_ORDER,
]);

/** Opens the hypervisor to clients, and tells what it is. */
export class ConnectDriver {
  readonly routes: readonly TestRoute[];

  constructor({ uri, libVersion }: Identity) {
    this.routes = [
      handle(REMOTE_PROC_CONNECT_OPEN, ({ name = "", flags }, { session }) => {
        if (session.opened !== undefined) {
          throw refuse(ErrorNumber.INTERNAL_ERROR, ErrorDomain.RPC, "connection already open");
        }
        if (name !== "" && name !== uri) {
          throw refuse(ErrorNumber.NO_CONNECT, ErrorDomain.NONE, `${name} (this server has ${uri})`);
        }
        session.opened = { uri, readOnly: (flags & READ_ONLY) !== 0 };
      }),
      handle(REMOTE_PROC_CONNECT_CLOSE, (_args, { connection }) => connection.close()),
      handle(REMOTE_PROC_CONNECT_SUPPORTS_FEATURE, ({ feature }, { session, connection }) => {
        // Whoever asks for this one can answer pings, and may be sent them.
        if (feature === DriverFeature.PROGRAM_KEEPALIVE) connection.keepAlive(session.keepAlive);
        else requireOpen(session);
        return { supported: FEATURES.has(feature) ? 1 : 0 };
      }),
      handle(REMOTE_PROC_CONNECT_GET_TYPE, () => ({ type: "TEST" })),
      handle(REMOTE_PROC_CONNECT_GET_VERSION, () => ({ hvVer: TEST_VERSION })),
      handle(REMOTE_PROC_CONNECT_GET_LIB_VERSION, () => ({ libVer: BigInt(libVersion) })),
      handle(REMOTE_PROC_CONNECT_GET_URI, () => ({ uri })),
      handle(REMOTE_PROC_CONNECT_IS_SECURE, () => ({ secure: 1 })),
    ];
  }
}

/** @throws Refusal unless the client has opened the hypervisor. */
export function requireOpen(session: ClientSession): void {
  if (session.opened === undefined) {
    throw refuse(ErrorNumber.INTERNAL_ERROR, ErrorDomain.RPC, "hypervisor connection not open");
  }
}
