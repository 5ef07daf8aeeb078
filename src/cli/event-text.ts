import type { EventKind, EventOf } from "../index.js";

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
  ["Shutdown", ["Finished after guest request", "Finished after host request"]],
  ["PMSuspended", ["Memory", "Disk"]],
  ["Crashed", ["Panicked", "Crashloaded"]],
];

const METADATA = ["description", "title", "element"];

/** One event of a domain as virsh prints it, without the line's end. */
export function eventText(
  name: string,
  event: EventOf<EventKind> & { readonly domain: { readonly name: string } },
): string {
  const domain = `'${event.domain.name}'`;
  const begin = `event '${name}' for domain ${domain}`;
  switch (event.kind) {
    case "domain.lifecycle": {
      const [what, details] = LIFECYCLE[event.event] ?? ["unknown", []];
      return `${begin}: ${what} ${details[event.detail] ?? "unknown"}`;
    }
    case "domain.metadataChange":
      return `${begin}: type ${METADATA[event.type] ?? "unknown"}, uri ${event.nsuri ?? "n/a"}`;
    case "domain.balloonChange":
      return `${begin}: ${event.actual}KiB`;
    case "domain.deviceAdded":
    case "domain.deviceRemoved":
    case "domain.deviceRemovalFailed":
      return `${begin}: ${event.devAlias}`;
    case "domain.rtcChange":
      return `${begin}: ${event.offset}`;
    case "domain.migrationIteration":
      return `${begin}: iteration: '${event.iteration}'`;
    default:
      return begin + others(event);
  }
}

/** What an event says beyond its kind and its domain, where virsh has a form of its own for each. */
function others({
  kind: _kind,
  domain: _domain,
  ...rest
}: {
  readonly kind: string;
  readonly domain?: unknown;
}): string {
  const parts = Object.entries(rest)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}: ${typeof value === "string" ? value : JSON.stringify(value, bigints)}`);
  return parts.length === 0 ? "" : `: ${parts.join(", ")}`;
}

function bigints(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
