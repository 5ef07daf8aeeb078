import type { EventKind, EventOf, TypedParameters } from "../index.js";
import { BLOCK_JOBS } from "./block-job.js";

/** virsh's names of domain events, and ours. */
export const DOMAIN_EVENTS: Readonly<Record<string, EventKind>> = {
  lifecycle: "domain.lifecycle",
  reboot: "domain.reboot",
  "rtc-change": "domain.rtcChange",
  watchdog: "domain.watchdog",
  "io-error": "domain.ioError",
  graphics: "domain.graphics",
  "io-error-reason": "domain.ioErrorReason",
  "control-error": "domain.controlError",
  "block-job": "domain.blockJob",
  "disk-change": "domain.diskChange",
  "tray-change": "domain.trayChange",
  "pm-wakeup": "domain.pmWakeup",
  "pm-suspend": "domain.pmSuspend",
  "balloon-change": "domain.balloonChange",
  "pm-suspend-disk": "domain.pmSuspendDisk",
  "device-removed": "domain.deviceRemoved",
  "block-job-2": "domain.blockJob2",
  tunable: "domain.tunable",
  "agent-lifecycle": "domain.agentLifecycle",
  "device-added": "domain.deviceAdded",
  "migration-iteration": "domain.migrationIteration",
  "job-completed": "domain.jobCompleted",
  "device-removal-failed": "domain.deviceRemovalFailed",
  "metadata-change": "domain.metadataChange",
  "block-threshold": "domain.blockThreshold",
  "memory-failure": "domain.memoryFailure",
  "memory-device-size-change": "domain.memoryDeviceSizeChange",
  "nic-mac-change": "domain.nicMacChange",
  "vcpu-removed": "domain.vcpuRemoved",
};

/** What happened in the life of a domain, and why, as virsh writes it. */
const LIFECYCLE: readonly (readonly [event: string, details: readonly string[]])[] = [
  ["Defined", ["Added", "Updated", "Renamed", "Snapshot"]],
  ["Undefined", ["Removed", "Renamed"]],
  ["Started", ["Booted", "Migrated", "Restored", "Snapshot", "Event wakeup"]],
  [
    "Suspended",
    [
      "Paused",
      "Migrated",
      "I/O Error",
      "Watchdog",
      "Restored",
      "Snapshot",
      "API error",
      "Post-copy",
      "Post-copy Error",
    ],
  ],
  ["Resumed", ["Unpaused", "Migrated", "Snapshot", "Post-copy", "Post-copy Error"]],
  ["Stopped", ["Shutdown", "Destroyed", "Crashed", "Migrated", "Saved", "Failed", "Snapshot", "Daemon"]],
  ["Shutdown", ["Finished", "Finished after guest request", "Finished after host request"]],
  ["PMSuspended", ["Memory", "Disk"]],
  ["Crashed", ["Panicked", "Crashloaded"]],
];

const METADATA = ["description", "title", "element"];
const WATCHDOG = ["none", "pause", "reset", "poweroff", "shutdown", "debug", "inject-nmi"];
const IO_ERROR = ["none", "pause", "report"];
const GRAPHICS_PHASE = ["connect", "initialize", "disconnect"];
const ADDRESS_FAMILY = ["IPv4", "IPv6", "unix"];
const BLOCK_JOB_STATUS = ["completed", "failed", "canceled", "ready"];
const DISK_CHANGE = ["changed", "dropped"];
const TRAY_CHANGE = ["opened", "closed"];
const AGENT_STATE = ["unknown", "connected", "disconnected"];
const AGENT_REASON = ["unknown", "domain started", "channel event"];
const FAILURE_RECIPIENT = ["hypervisor", "guest"];
const FAILURE_ACTION = ["ignore", "inject", "fatal", "reset"];

/** An event of a domain, of any kind. */
export type DomainEvent = Extract<EventOf<EventKind>, { readonly domain: unknown }>;

/** One event of a domain as virsh prints it, without the end of its last line. */
export function eventText(name: string, event: DomainEvent): string {
  const begin = `event '${name}' for domain '${event.domain.name}'`;
  const text = details(event);
  return text === "" ? begin : `${begin}${text}`;
}

const word = (words: readonly string[], at: number, other = "unknown"): string => words[at] ?? other;
/** Of what this program is too old for, where virsh says so. */
const UNSUPPORTED = "unsupported value";

function details(event: DomainEvent): string {
  switch (event.kind) {
    case "domain.lifecycle": {
      const [what, reasons] = LIFECYCLE[event.event] ?? ["unknown", []];
      return `: ${what} ${word(reasons, event.detail)}`;
    }
    case "domain.rtcChange":
      return `: ${event.offset}`;
    case "domain.watchdog":
      return `: ${word(WATCHDOG, event.action)}`;
    case "domain.ioError":
      return `: ${event.srcPath} (${event.devAlias}) ${word(IO_ERROR, event.action)}`;
    case "domain.ioErrorReason": {
      const action = word(IO_ERROR, event.action);
      return `: ${event.srcPath} (${event.devAlias}) ${action} due to ${event.reason}`;
    }
    case "domain.graphics":
      return graphics(event);
    case "domain.blockJob":
    case "domain.blockJob2": {
      const disk = event.kind === "domain.blockJob" ? event.path : event.dst;
      return `: ${word(BLOCK_JOBS, event.type, BLOCK_JOBS[0])} for ${disk} ${word(BLOCK_JOB_STATUS, event.status)}`;
    }
    case "domain.diskChange": {
      const { devAlias, oldSrcPath = "", newSrcPath = "", reason } = event;
      return ` disk ${devAlias}: ${oldSrcPath} -> ${newSrcPath}: ${word(DISK_CHANGE, reason)}`;
    }
    case "domain.trayChange":
      return ` disk ${event.devAlias}: ${word(TRAY_CHANGE, event.reason)}`;
    case "domain.balloonChange":
      return `: ${event.actual}KiB`;
    case "domain.deviceAdded":
    case "domain.deviceRemoved":
    case "domain.deviceRemovalFailed":
      return `: ${event.devAlias}`;
    case "domain.agentLifecycle":
      return (
        `: state: '${word(AGENT_STATE, event.state, UNSUPPORTED)}'` +
        ` reason: '${word(AGENT_REASON, event.reason, UNSUPPORTED)}'`
      );
    case "domain.channelLifecycle":
      return `: channel: '${event.channelName}' state: '${word(AGENT_STATE, event.state)}'`;
    case "domain.migrationIteration":
      return `: iteration: '${event.iteration}'`;
    case "domain.tunable":
    case "domain.jobCompleted":
      return `:${parameters(event.params)}`;
    case "domain.metadataChange":
      return `: type ${word(METADATA, event.type, UNSUPPORTED)}, uri ${event.nsuri ?? "<null>"}`;
    case "domain.blockThreshold":
      return `: dev: ${event.dev}(${event.path ?? ""}) ${event.threshold} ${event.excess}`;
    case "domain.memoryFailure":
      return memoryFailure(event);
    case "domain.memoryDeviceSizeChange":
      return `:\nalias: ${event.alias}\nsize: ${event.size}`;
    case "domain.nicMacChange":
      return `: alias: '${event.alias}' old MAC: '${event.oldMAC}' new MAC: '${event.newMAC}'`;
    case "domain.vcpuRemoved":
      return `: vcpuid: '${event.vcpuid}'`;
    default:
      return "";
  }
}

function graphics({
  phase,
  local,
  remote,
  authScheme,
  subject,
}: Extract<DomainEvent, { readonly kind: "domain.graphics" }>): string {
  const end = ({ family, node, service }: typeof local): string =>
    `[${word(ADDRESS_FAMILY, family)} ${node} ${service}]`;
  const identities = subject.map(({ type, name }) => `\n\t${type}=${name}`).join("");
  return `: ${word(GRAPHICS_PHASE, phase)} local${end(local)} remote${end(remote)} ${authScheme}${identities}`;
}

function memoryFailure({
  recipient,
  action,
  flags,
}: Extract<DomainEvent, { readonly kind: "domain.memoryFailure" }>): string {
  const [required, recursive] = [(flags & 1) !== 0, (flags & 2) !== 0];
  return (
    `:\nrecipient: ${word(FAILURE_RECIPIENT, recipient, UNSUPPORTED)}\naction: ${word(FAILURE_ACTION, action, UNSUPPORTED)}` +
    `\nflags:\n\taction required: ${Number(required)}\n\trecursive: ${Number(recursive)}`
  );
}

/** Typed parameters, a line each. */
function parameters(params: TypedParameters): string {
  return Object.entries(params)
    .map(([name, value]) => `\n\t${name}: ${typeof value === "boolean" ? Number(value) : String(value)}`)
    .join("");
}
