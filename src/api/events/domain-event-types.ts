import type {
  ConnectDomainEventAgentLifecycleReason,
  ConnectDomainEventAgentLifecycleState,
  ConnectDomainEventBlockJobStatus,
  ConnectDomainEventChannelLifecycleReason,
  ConnectDomainEventChannelLifecycleState,
  ConnectDomainEventDiskChangeReason,
  DomainBlockJobType,
  DomainEventGraphicsAddressType,
  DomainEventGraphicsPhase,
  DomainEventIOErrorAction,
  DomainEventTrayChangeReason,
  DomainEventType,
  DomainEventWatchdogAction,
  DomainMemoryFailureActionType,
  DomainMemoryFailureFlags,
  DomainMemoryFailureRecipientType,
  DomainMetadataType,
} from "../../protocol/generated/constants/index.js";
import type { Domain } from "../domain.js";
import type { TypedParameters } from "../typed-parameters.js";

// Numbers that a newer daemon sends and these enumerations lack are passed on as they are.

/** What every event of a domain has. */
interface OfDomain {
  readonly domain: Domain;
}

/** A domain was defined, started, suspended, … */
export interface DomainLifecycleEvent extends OfDomain {
  readonly kind: "domain.lifecycle";
  readonly event: DomainEventType;
  /** Why; each event has an enumeration of its own, such as `DomainEventStartedDetailType`. */
  readonly detail: number;
}

/** The guest restarted without its process ending. */
export interface DomainRebootEvent extends OfDomain {
  readonly kind: "domain.reboot";
}

/** The guest set its clock. */
export interface DomainRtcChangeEvent extends OfDomain {
  readonly kind: "domain.rtcChange";
  /** Seconds from UTC. */
  readonly offset: bigint;
}

/** The guest's watchdog fired. */
export interface DomainWatchdogEvent extends OfDomain {
  readonly kind: "domain.watchdog";
  readonly action: DomainEventWatchdogAction;
}

/** A disk could not be read or written. */
export interface DomainIoErrorEvent extends OfDomain {
  readonly kind: "domain.ioError";
  /** The disk's file or device on the host. */
  readonly srcPath: string;
  readonly devAlias: string;
  /** What was done with the guest. */
  readonly action: DomainEventIOErrorAction;
}

/** As `domain.ioError`, with a reason. */
export interface DomainIoErrorReasonEvent extends OfDomain {
  readonly kind: "domain.ioErrorReason";
  readonly srcPath: string;
  readonly devAlias: string;
  readonly action: DomainEventIOErrorAction;
  /** Such as "enospc", or empty. */
  readonly reason: string;
}

/** One end of a connection to a guest's display. */
export interface GraphicsAddress {
  readonly family: DomainEventGraphicsAddressType;
  readonly node: string;
  readonly service: string;
}

/** Who is at a guest's display, by one scheme of identities. */
export interface GraphicsIdentity {
  /** Such as "x509dname" or "saslUsername". */
  readonly type: string;
  readonly name: string;
}

/** Somebody connected to the guest's display, logged in to it, or left it. */
export interface DomainGraphicsEvent extends OfDomain {
  readonly kind: "domain.graphics";
  readonly phase: DomainEventGraphicsPhase;
  readonly local: GraphicsAddress;
  readonly remote: GraphicsAddress;
  readonly authScheme: string;
  readonly subject: readonly GraphicsIdentity[];
}

/** The hypervisor's monitor of the domain failed; it can no longer be controlled. */
export interface DomainControlErrorEvent extends OfDomain {
  readonly kind: "domain.controlError";
}

/** A job on a disk ended, or is ready to be ended. */
export interface DomainBlockJobEvent extends OfDomain {
  readonly kind: "domain.blockJob";
  /** The disk's file or device on the host; `domain.blockJob2` has the disk's target. */
  readonly path: string;
  readonly type: DomainBlockJobType;
  readonly status: ConnectDomainEventBlockJobStatus;
}

/** As `domain.blockJob`, by the disk's target. */
export interface DomainBlockJob2Event extends OfDomain {
  readonly kind: "domain.blockJob2";
  /** Such as "vda". */
  readonly dst: string;
  readonly type: DomainBlockJobType;
  readonly status: ConnectDomainEventBlockJobStatus;
}

/** A disk got another source, or lost it, when the domain was started. */
export interface DomainDiskChangeEvent extends OfDomain {
  readonly kind: "domain.diskChange";
  readonly oldSrcPath?: string | undefined;
  readonly newSrcPath?: string | undefined;
  readonly devAlias: string;
  readonly reason: ConnectDomainEventDiskChangeReason;
}

/** The tray of a removable disk was opened or closed. */
export interface DomainTrayChangeEvent extends OfDomain {
  readonly kind: "domain.trayChange";
  readonly devAlias: string;
  readonly reason: DomainEventTrayChangeReason;
}

/** The guest woke up. */
export interface DomainPmWakeupEvent extends OfDomain {
  readonly kind: "domain.pmWakeup";
  /** Always 0 so far. */
  readonly reason: number;
}

/** The guest went to sleep, to memory. */
export interface DomainPmSuspendEvent extends OfDomain {
  readonly kind: "domain.pmSuspend";
  /** Always 0 so far. */
  readonly reason: number;
}

/** The guest went to sleep, to disk. */
export interface DomainPmSuspendDiskEvent extends OfDomain {
  readonly kind: "domain.pmSuspendDisk";
  /** Always 0 so far. */
  readonly reason: number;
}

/** The guest's memory balloon has another size. */
export interface DomainBalloonChangeEvent extends OfDomain {
  readonly kind: "domain.balloonChange";
  /** What the guest has now, in KiB. */
  readonly actual: bigint;
}

/** A device is gone from the guest. */
export interface DomainDeviceRemovedEvent extends OfDomain {
  readonly kind: "domain.deviceRemoved";
  readonly devAlias: string;
}

/** The guest has a new device. */
export interface DomainDeviceAddedEvent extends OfDomain {
  readonly kind: "domain.deviceAdded";
  readonly devAlias: string;
}

/** The guest did not let a device go. */
export interface DomainDeviceRemovalFailedEvent extends OfDomain {
  readonly kind: "domain.deviceRemovalFailed";
  readonly devAlias: string;
}

/** Limits and weights of the domain were changed. */
export interface DomainTunableEvent extends OfDomain {
  readonly kind: "domain.tunable";
  readonly params: TypedParameters;
}

/** The guest agent came or went. */
export interface DomainAgentLifecycleEvent extends OfDomain {
  readonly kind: "domain.agentLifecycle";
  readonly state: ConnectDomainEventAgentLifecycleState;
  readonly reason: ConnectDomainEventAgentLifecycleReason;
}

/** Somebody in the guest opened or closed a channel. */
export interface DomainChannelLifecycleEvent extends OfDomain {
  readonly kind: "domain.channelLifecycle";
  readonly channelName: string;
  readonly state: ConnectDomainEventChannelLifecycleState;
  readonly reason: ConnectDomainEventChannelLifecycleReason;
}

/** A migration begins another pass over the guest's memory. */
export interface DomainMigrationIterationEvent extends OfDomain {
  readonly kind: "domain.migrationIteration";
  readonly iteration: number;
}

/** A job of the domain, such as a migration, a save or a backup, ended. */
export interface DomainJobCompletedEvent extends OfDomain {
  readonly kind: "domain.jobCompleted";
  /** What `domain.getJobStats` gives. */
  readonly params: TypedParameters;
}

/** Title, description or metadata of the domain were changed. */
export interface DomainMetadataChangeEvent extends OfDomain {
  readonly kind: "domain.metadataChange";
  readonly type: DomainMetadataType;
  /** The namespace of metadata. */
  readonly nsuri?: string | undefined;
}

/** A block device was written beyond the threshold that `domain.setBlockThreshold` has set. */
export interface DomainBlockThresholdEvent extends OfDomain {
  readonly kind: "domain.blockThreshold";
  /** The disk's target, with the number of its place in the chain: "vda[1]". */
  readonly dev: string;
  readonly path?: string | undefined;
  /** Bytes. */
  readonly threshold: bigint;
  /** Bytes beyond it. */
  readonly excess: bigint;
}

/** Memory of the host that the guest uses is broken. */
export interface DomainMemoryFailureEvent extends OfDomain {
  readonly kind: "domain.memoryFailure";
  readonly recipient: DomainMemoryFailureRecipientType;
  readonly action: DomainMemoryFailureActionType;
  readonly flags: DomainMemoryFailureFlags | 0;
}

/** A memory device has another size. */
export interface DomainMemoryDeviceSizeChangeEvent extends OfDomain {
  readonly kind: "domain.memoryDeviceSizeChange";
  readonly alias: string;
  /** KiB. */
  readonly size: bigint;
}

/** The guest gave a network interface another address. */
export interface DomainNicMacChangeEvent extends OfDomain {
  readonly kind: "domain.nicMacChange";
  readonly alias: string;
  readonly oldMAC: string;
  readonly newMAC: string;
}

/** A virtual CPU was unplugged. */
export interface DomainVcpuRemovedEvent extends OfDomain {
  readonly kind: "domain.vcpuRemoved";
  readonly vcpuid: number;
}

/** A message of QEMU's monitor, as it is. */
export interface QemuMonitorEvent extends OfDomain {
  readonly kind: "qemu.monitor";
  /** QEMU's name for it, such as "SHUTDOWN". */
  readonly event: string;
  /** When it happened: seconds since 1970, -1 if QEMU does not say. */
  readonly seconds: bigint;
  /** And microseconds. */
  readonly micros: number;
  /** JSON text. */
  readonly details?: string | undefined;
}

/** All events of domains. */
export type DomainEvent =
  | DomainLifecycleEvent
  | DomainRebootEvent
  | DomainRtcChangeEvent
  | DomainWatchdogEvent
  | DomainIoErrorEvent
  | DomainIoErrorReasonEvent
  | DomainGraphicsEvent
  | DomainControlErrorEvent
  | DomainBlockJobEvent
  | DomainBlockJob2Event
  | DomainDiskChangeEvent
  | DomainTrayChangeEvent
  | DomainPmWakeupEvent
  | DomainPmSuspendEvent
  | DomainPmSuspendDiskEvent
  | DomainBalloonChangeEvent
  | DomainDeviceRemovedEvent
  | DomainDeviceAddedEvent
  | DomainDeviceRemovalFailedEvent
  | DomainTunableEvent
  | DomainAgentLifecycleEvent
  | DomainChannelLifecycleEvent
  | DomainMigrationIterationEvent
  | DomainJobCompletedEvent
  | DomainMetadataChangeEvent
  | DomainBlockThresholdEvent
  | DomainMemoryFailureEvent
  | DomainMemoryDeviceSizeChangeEvent
  | DomainNicMacChangeEvent
  | DomainVcpuRemovedEvent;
