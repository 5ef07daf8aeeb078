import { QEMU_PROC_DOMAIN_MONITOR_EVENT } from "../../protocol/generated/qemu/index.js";
import * as remote from "../../protocol/generated/remote/index.js";
import type { EventProcedure } from "../../protocol/index.js";
import type { HandleFactories } from "../handle-factories.js";
import { decodeParameters } from "../typed-parameters.js";
import type { EventKind, LibvirtEvent } from "./event-types.js";

/** The part of the protocol that registers some kinds of events; each numbers its callbacks for itself. */
export type Family = "domain" | "network" | "storagePool" | "nodeDevice" | "secret" | "qemu";

/** How one kind of event is asked for, and how it arrives. */
export interface EventSource {
  readonly kind: EventKind;
  readonly family: Family;
  /** Its number within the family. */
  readonly id: number;
  readonly message: EventProcedure<unknown>;
  /** How daemons before 1.2.6 send it: without saying to which registration. */
  readonly legacy: EventProcedure<unknown> | undefined;
}

function source(
  kind: EventKind,
  id: number,
  message: EventProcedure<unknown>,
  legacy?: EventProcedure<unknown>,
): [EventKind, EventSource] {
  const family = kind.slice(0, kind.indexOf(".")) as Family;
  return [kind, { kind, family, id, message, legacy }];
}

/** Every kind that a daemon sends, with virDomainEventID and its likes. */
export const EVENT_SOURCES: ReadonlyMap<EventKind, EventSource> = new Map([
  source(
    "domain.lifecycle",
    0,
    remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_LIFECYCLE,
    remote.REMOTE_PROC_DOMAIN_EVENT_LIFECYCLE,
  ),
  source(
    "domain.reboot",
    1,
    remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_REBOOT,
    remote.REMOTE_PROC_DOMAIN_EVENT_REBOOT,
  ),
  source(
    "domain.rtcChange",
    2,
    remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_RTC_CHANGE,
    remote.REMOTE_PROC_DOMAIN_EVENT_RTC_CHANGE,
  ),
  source(
    "domain.watchdog",
    3,
    remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_WATCHDOG,
    remote.REMOTE_PROC_DOMAIN_EVENT_WATCHDOG,
  ),
  source(
    "domain.ioError",
    4,
    remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_IO_ERROR,
    remote.REMOTE_PROC_DOMAIN_EVENT_IO_ERROR,
  ),
  source(
    "domain.graphics",
    5,
    remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_GRAPHICS,
    remote.REMOTE_PROC_DOMAIN_EVENT_GRAPHICS,
  ),
  source(
    "domain.ioErrorReason",
    6,
    remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_IO_ERROR_REASON,
    remote.REMOTE_PROC_DOMAIN_EVENT_IO_ERROR_REASON,
  ),
  source(
    "domain.controlError",
    7,
    remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_CONTROL_ERROR,
    remote.REMOTE_PROC_DOMAIN_EVENT_CONTROL_ERROR,
  ),
  source(
    "domain.blockJob",
    8,
    remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_BLOCK_JOB,
    remote.REMOTE_PROC_DOMAIN_EVENT_BLOCK_JOB,
  ),
  source(
    "domain.diskChange",
    9,
    remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_DISK_CHANGE,
    remote.REMOTE_PROC_DOMAIN_EVENT_DISK_CHANGE,
  ),
  source(
    "domain.trayChange",
    10,
    remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_TRAY_CHANGE,
    remote.REMOTE_PROC_DOMAIN_EVENT_TRAY_CHANGE,
  ),
  source(
    "domain.pmWakeup",
    11,
    remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_PMWAKEUP,
    remote.REMOTE_PROC_DOMAIN_EVENT_PMWAKEUP,
  ),
  source(
    "domain.pmSuspend",
    12,
    remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_PMSUSPEND,
    remote.REMOTE_PROC_DOMAIN_EVENT_PMSUSPEND,
  ),
  source(
    "domain.balloonChange",
    13,
    remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_BALLOON_CHANGE,
    remote.REMOTE_PROC_DOMAIN_EVENT_BALLOON_CHANGE,
  ),
  source(
    "domain.pmSuspendDisk",
    14,
    remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_PMSUSPEND_DISK,
    remote.REMOTE_PROC_DOMAIN_EVENT_PMSUSPEND_DISK,
  ),
  source(
    "domain.deviceRemoved",
    15,
    remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_DEVICE_REMOVED,
    remote.REMOTE_PROC_DOMAIN_EVENT_DEVICE_REMOVED,
  ),
  source("domain.blockJob2", 16, remote.REMOTE_PROC_DOMAIN_EVENT_BLOCK_JOB_2),
  source("domain.tunable", 17, remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_TUNABLE),
  source("domain.agentLifecycle", 18, remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_AGENT_LIFECYCLE),
  source("domain.deviceAdded", 19, remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_DEVICE_ADDED),
  source("domain.migrationIteration", 20, remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_MIGRATION_ITERATION),
  source("domain.jobCompleted", 21, remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_JOB_COMPLETED),
  source("domain.deviceRemovalFailed", 22, remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_DEVICE_REMOVAL_FAILED),
  source("domain.metadataChange", 23, remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_METADATA_CHANGE),
  source("domain.blockThreshold", 24, remote.REMOTE_PROC_DOMAIN_EVENT_BLOCK_THRESHOLD),
  source("domain.memoryFailure", 25, remote.REMOTE_PROC_DOMAIN_EVENT_MEMORY_FAILURE),
  source("domain.memoryDeviceSizeChange", 26, remote.REMOTE_PROC_DOMAIN_EVENT_MEMORY_DEVICE_SIZE_CHANGE),
  source("domain.nicMacChange", 27, remote.REMOTE_PROC_DOMAIN_EVENT_NIC_MAC_CHANGE),
  source("domain.vcpuRemoved", 28, remote.REMOTE_PROC_DOMAIN_EVENT_VCPU_REMOVED),
  source("domain.channelLifecycle", 29, remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_CHANNEL_LIFECYCLE),
  source("network.lifecycle", 0, remote.REMOTE_PROC_NETWORK_EVENT_LIFECYCLE),
  source("network.metadataChange", 1, remote.REMOTE_PROC_NETWORK_EVENT_CALLBACK_METADATA_CHANGE),
  source("storagePool.lifecycle", 0, remote.REMOTE_PROC_STORAGE_POOL_EVENT_LIFECYCLE),
  source("storagePool.refresh", 1, remote.REMOTE_PROC_STORAGE_POOL_EVENT_REFRESH),
  source("nodeDevice.lifecycle", 0, remote.REMOTE_PROC_NODE_DEVICE_EVENT_LIFECYCLE),
  source("nodeDevice.update", 1, remote.REMOTE_PROC_NODE_DEVICE_EVENT_UPDATE),
  source("secret.lifecycle", 0, remote.REMOTE_PROC_SECRET_EVENT_LIFECYCLE),
  source("secret.valueChanged", 1, remote.REMOTE_PROC_SECRET_EVENT_VALUE_CHANGED),
  source("qemu.monitor", 0, QEMU_PROC_DOMAIN_MONITOR_EVENT),
]);

/** The kinds whose message has had a reason ever since it has a callback. */
const REASON_SINCE_CALLBACKS: ReadonlySet<EventKind> = new Set([
  "domain.pmWakeup",
  "domain.pmSuspend",
  "domain.pmSuspendDisk",
]);

/** Turns a message into what users get: flat, with handles, and without what only concerns the protocol. */
export function toEvent(
  { kind, family }: EventSource,
  message: unknown,
  make: HandleFactories,
): LibvirtEvent {
  const event: Record<string, unknown> = { kind };
  if (REASON_SINCE_CALLBACKS.has(kind)) event.reason = 0;
  const outer = message as Fields;
  addFields(event, outer, family, make);
  // What older daemons send alone, and newer ones behind the number of the callback.
  if (outer.msg !== undefined) addFields(event, outer.msg as Fields, family, make);
  return event as unknown as LibvirtEvent;
}

type Fields = Readonly<Record<string, unknown>>;

/** Field by field: spreading would take several times as long, and some events come by the thousand. */
function addFields(
  event: Record<string, unknown>,
  message: Fields,
  family: Family,
  make: HandleFactories,
): void {
  for (const name of Object.keys(message)) {
    const value = message[name];
    if (name === "callbackID" || name === "msg") continue;
    if (name === "dom") {
      if (value !== undefined) event.domain = make.domain(value as remote.RemoteNonnullDomain);
    } else if (name === "net") event.network = make.network(value as remote.RemoteNonnullNetwork);
    else if (name === "pool") event.storagePool = make.storagePool(value as remote.RemoteNonnullStoragePool);
    else if (name === "secret") event.secret = make.secret(value as remote.RemoteNonnullSecret);
    else if (name === "params") event.params = decodeParameters(value as readonly remote.RemoteTypedParam[]);
    // Elsewhere it is the name of a disk.
    else if (name === "dev" && family === "nodeDevice") {
      event.nodeDevice = make.nodeDevice(value as remote.RemoteNonnullNodeDevice);
    } else event[name] = value;
  }
}
