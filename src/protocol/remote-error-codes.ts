import {
  AbortedError,
  AccessDeniedError,
  AgentError,
  AlreadyExistsError,
  AmbiguousError,
  AuthError,
  ConfigUnsupportedError,
  InternalError,
  InvalidArgumentError,
  InvalidStateError,
  MigrationError,
  NotFoundError,
  NotSupportedError,
  OperationFailedError,
  ReadOnlyError,
  type RemoteError,
  RemoteTimeoutError,
  RpcError,
  SystemError,
  XmlError,
} from "../errors/index.js";
import { ErrorNumber } from "./generated/constants/index.js";

type RemoteErrorClass = typeof RemoteError;
type Code = keyof typeof ErrorNumber;

/** Which class stands for which code: one for each thing that a caller can do about it. */
const CODES_BY_CLASS: ReadonlyArray<readonly [RemoteErrorClass, readonly Code[]]> = [
  [
    NotFoundError,
    [
      "NO_DOMAIN",
      "NO_NETWORK",
      "NO_STORAGE_POOL",
      "NO_STORAGE_VOL",
      "NO_NODE_DEVICE",
      "NO_INTERFACE",
      "NO_NWFILTER",
      "NO_NWFILTER_BINDING",
      "NO_SECRET",
      "NO_DOMAIN_SNAPSHOT",
      "NO_DOMAIN_CHECKPOINT",
      "NO_DOMAIN_BACKUP",
      "NO_DOMAIN_METADATA",
      "NO_NETWORK_METADATA",
      "NO_NETWORK_PORT",
      "NO_SERVER",
      "NO_CLIENT",
      "NO_HOSTNAME",
      "DEVICE_MISSING",
    ],
  ],
  [AlreadyExistsError, ["DOM_EXIST", "NETWORK_EXIST", "STORAGE_VOL_EXIST", "NETWORK_PORT_EXIST"]],
  [NotSupportedError, ["NO_SUPPORT", "ARGUMENT_UNSUPPORTED", "OPERATION_UNSUPPORTED"]],
  [ConfigUnsupportedError, ["CONFIG_UNSUPPORTED"]],
  [
    InvalidArgumentError,
    [
      "INVALID_ARG",
      "INVALID_CONN",
      "INVALID_DOMAIN",
      "INVALID_NETWORK",
      "INVALID_STORAGE_POOL",
      "INVALID_STORAGE_VOL",
      "INVALID_NODE_DEVICE",
      "INVALID_INTERFACE",
      "INVALID_NWFILTER",
      "INVALID_NWFILTER_BINDING",
      "INVALID_SECRET",
      "INVALID_DOMAIN_SNAPSHOT",
      "INVALID_DOMAIN_CHECKPOINT",
      "INVALID_NETWORK_PORT",
      "INVALID_STREAM",
      "INVALID_MAC",
      "INVALID_ENCR_KEY_SECRET",
      "OVERFLOW",
    ],
  ],
  [
    XmlError,
    [
      "XML_ERROR",
      "XML_DETAIL",
      "XML_INVALID_SCHEMA",
      "OS_TYPE",
      "NO_KERNEL",
      "NO_ROOT",
      "NO_SOURCE",
      "NO_TARGET",
      "NO_NAME",
      "NO_OS",
      "NO_DEVICE",
    ],
  ],
  [
    InvalidStateError,
    [
      "OPERATION_INVALID",
      "BLOCK_COPY_ACTIVE",
      "RESOURCE_BUSY",
      "SNAPSHOT_REVERT_RISKY",
      "CHECKPOINT_INCONSISTENT",
    ],
  ],
  [ReadOnlyError, ["OPERATION_DENIED"]],
  [AccessDeniedError, ["ACCESS_DENIED"]],
  [AuthError, ["AUTH_FAILED", "AUTH_CANCELLED", "AUTH_UNAVAILABLE"]],
  [OperationFailedError, ["OPERATION_FAILED"]],
  [AbortedError, ["OPERATION_ABORTED"]],
  [RemoteTimeoutError, ["OPERATION_TIMEOUT"]],
  [SystemError, ["SYSTEM_ERROR"]],
  [AgentError, ["AGENT_UNRESPONSIVE", "AGENT_UNSYNCED", "AGENT_COMMAND_TIMEOUT", "AGENT_COMMAND_FAILED"]],
  [MigrationError, ["MIGRATE_PERSIST_FAILED", "MIGRATE_UNSAFE", "MIGRATE_FINISH_OK"]],
  [AmbiguousError, ["MULTIPLE_DOMAINS", "MULTIPLE_INTERFACES"]],
  [InternalError, ["INTERNAL_ERROR"]],
  [RpcError, ["RPC"]],
];

/** virErrorNumber → class; a number that is not in it is a plain `RemoteError`. */
export const ERROR_CLASSES: ReadonlyMap<number, RemoteErrorClass> = new Map(
  CODES_BY_CLASS.flatMap(([errorClass, codes]) => codes.map((code) => [ErrorNumber[code], errorClass])),
);

function names(table: Readonly<Record<string, number>>): ReadonlyMap<number, string> {
  return new Map(Object.entries(table).map(([name, number]) => [number, name]));
}

/** virErrorNumber → its name without `VIR_ERR_`. */
export const ERROR_NAMES: ReadonlyMap<number, string> = names(ErrorNumber);
