import { DomainEventType, DomainEventID as Id } from "../../src/index.js";
import * as remote from "../../src/protocol/generated/remote/index.js";
import type { EventProcedure } from "../../src/protocol/index.js";
import type { Hypervisor } from "../../src/testing/index.js";

/** The domain that events are about. */
export interface Subject {
  readonly name: string;
  readonly uuid: string;
  readonly id: number;
}

/** Something that can be told of a domain, of any kind. */
type Telling = (hypervisor: Hypervisor, dom: Subject) => void;

/** An event of the form in which the older kinds travel: everything in a message of its own. */
function nested<Msg extends { readonly dom: Subject }>(
  event: number,
  procedure: EventProcedure<{ readonly callbackID: number; readonly msg: Msg }>,
  facts: Omit<Msg, "dom">,
): Telling {
  return ({ events }, dom) =>
    events.tell({
      subject: "domain",
      event,
      object: dom.uuid,
      procedure,
      message: (callbackID) => ({ callbackID, msg: { dom, ...facts } as unknown as Msg }),
    });
}

/** An event whose message has its facts beside its number. */
function flat<Msg extends { readonly callbackID: number; readonly dom: Subject }>(
  event: number,
  procedure: EventProcedure<Msg>,
  facts: Omit<Msg, "dom" | "callbackID">,
): Telling {
  return ({ events }, dom) =>
    events.tell({
      subject: "domain",
      event,
      object: dom.uuid,
      procedure,
      message: (callbackID) => ({ callbackID, dom, ...facts }) as unknown as Msg,
    });
}

/** Sleeping and waking have their reason in both places. */
function power<Msg extends { readonly dom: Subject }>(
  event: number,
  procedure: EventProcedure<{ readonly callbackID: number; readonly reason: number; readonly msg: Msg }>,
): Telling {
  return ({ events }, dom) =>
    events.tell({
      subject: "domain",
      event,
      object: dom.uuid,
      procedure,
      message: (callbackID) => ({ callbackID, reason: 0, msg: { dom } as unknown as Msg }),
    });
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

const address = (family: number): { family: number; node: string; service: string } => ({
  family,
  node: "192.0.2.1",
  service: "5900",
});

/** Every kind that virsh 9.0.0 knows, with each of its words, and one beyond. */
export const TELLINGS: readonly Telling[] = [
  ...range(10).flatMap((event) =>
    // The last reason to have stopped came after virsh 9.0.0.
    range(event === DomainEventType.STOPPED ? 7 : 10).map((detail) =>
      nested(Id.LIFECYCLE, remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_LIFECYCLE, { event, detail }),
    ),
  ),
  nested(Id.REBOOT, remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_REBOOT, {}),
  nested(Id.RTC_CHANGE, remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_RTC_CHANGE, { offset: -3600n }),
  ...range(8).map((action) =>
    nested(Id.WATCHDOG, remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_WATCHDOG, { action }),
  ),
  ...range(4).map((action) =>
    nested(Id.IO_ERROR, remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_IO_ERROR, {
      srcPath: "/a",
      devAlias: "virtio0",
      action,
    }),
  ),
  ...range(4).map((action) =>
    nested(Id.IO_ERROR_REASON, remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_IO_ERROR_REASON, {
      srcPath: "/a",
      devAlias: "virtio0",
      action,
      reason: "enospc",
    }),
  ),
  ...range(4).map((phase) =>
    nested(Id.GRAPHICS, remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_GRAPHICS, {
      phase,
      local: address(phase),
      remote: address(phase),
      authScheme: "sasl",
      subject: range(phase).map((i) => ({ type: `type${i}`, name: `name${i}` })),
    }),
  ),
  nested(Id.CONTROL_ERROR, remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_CONTROL_ERROR, {}),
  ...range(7).flatMap((type) =>
    range(5).flatMap((status) => [
      nested(Id.BLOCK_JOB, remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_BLOCK_JOB, { path: "/a", type, status }),
      flat(Id.BLOCK_JOB_2, remote.REMOTE_PROC_DOMAIN_EVENT_BLOCK_JOB_2, { dst: "vda", type, status }),
    ]),
  ),
  ...range(3).map((reason) =>
    nested(Id.DISK_CHANGE, remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_DISK_CHANGE, {
      oldSrcPath: "/old",
      newSrcPath: "/new",
      devAlias: "ide0",
      reason,
    }),
  ),
  ...range(3).map((reason) =>
    nested(Id.TRAY_CHANGE, remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_TRAY_CHANGE, {
      devAlias: "ide0",
      reason,
    }),
  ),
  power(Id.PMWAKEUP, remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_PMWAKEUP),
  power(Id.PMSUSPEND, remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_PMSUSPEND),
  power(Id.PMSUSPEND_DISK, remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_PMSUSPEND_DISK),
  nested(Id.BALLOON_CHANGE, remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_BALLOON_CHANGE, { actual: 1024n }),
  nested(Id.DEVICE_REMOVED, remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_DEVICE_REMOVED, { devAlias: "net0" }),
  flat(Id.DEVICE_ADDED, remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_DEVICE_ADDED, { devAlias: "net0" }),
  flat(Id.DEVICE_REMOVAL_FAILED, remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_DEVICE_REMOVAL_FAILED, {
    devAlias: "net0",
  }),
  flat(Id.TUNABLE, remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_TUNABLE, {
    params: [
      { field: "cputune.cpu_shares", value: { type: 4, value: 2048n } },
      { field: "cputune.vcpupin0", value: { type: 7, value: "0-3" } },
      { field: "some.int", value: { type: 1, value: -1 } },
      { field: "some.bool", value: { type: 6, value: 1 } },
      { field: "some.double", value: { type: 5, value: 0.5 } },
    ],
  }),
  flat(Id.JOB_COMPLETED, remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_JOB_COMPLETED, {
    params: [{ field: "time_elapsed", value: { type: 4, value: 12n } }],
  }),
  ...range(4).flatMap((state) =>
    range(4).map((reason) =>
      flat(Id.AGENT_LIFECYCLE, remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_AGENT_LIFECYCLE, { state, reason }),
    ),
  ),
  flat(Id.MIGRATION_ITERATION, remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_MIGRATION_ITERATION, {
    iteration: 3,
  }),
  ...range(4).map((type) =>
    flat(Id.METADATA_CHANGE, remote.REMOTE_PROC_DOMAIN_EVENT_CALLBACK_METADATA_CHANGE, {
      type,
      nsuri: type === 2 ? "http://q" : undefined,
    }),
  ),
  flat(Id.BLOCK_THRESHOLD, remote.REMOTE_PROC_DOMAIN_EVENT_BLOCK_THRESHOLD, {
    dev: "vda[1]",
    path: "/a",
    threshold: 1000n,
    excess: 5n,
  }),
  ...range(5).map((i) =>
    flat(Id.MEMORY_FAILURE, remote.REMOTE_PROC_DOMAIN_EVENT_MEMORY_FAILURE, {
      recipient: i % 3,
      action: i,
      flags: i % 4,
    }),
  ),
  flat(Id.MEMORY_DEVICE_SIZE_CHANGE, remote.REMOTE_PROC_DOMAIN_EVENT_MEMORY_DEVICE_SIZE_CHANGE, {
    alias: "virtiomem0",
    size: 2048n,
  }),
];
