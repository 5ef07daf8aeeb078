import {
  type DomainBlockJobInfoFlags,
  type DomainCreateFlags,
  type DomainDestroyFlagsValues,
  type DomainMemoryFlags,
  DomainMemoryStatTags,
  type DomainModificationImpact,
  type DomainSaveRestoreFlags,
} from "../protocol/generated/constants/index.js";
import {
  REMOTE_PROC_DOMAIN_BLOCK_PEEK,
  REMOTE_PROC_DOMAIN_CREATE,
  REMOTE_PROC_DOMAIN_CREATE_WITH_FLAGS,
  REMOTE_PROC_DOMAIN_DESTROY,
  REMOTE_PROC_DOMAIN_DESTROY_FLAGS,
  REMOTE_PROC_DOMAIN_GET_BLOCK_JOB_INFO,
  REMOTE_PROC_DOMAIN_GET_DISK_ERRORS,
  REMOTE_PROC_DOMAIN_GET_SCHEDULER_PARAMETERS,
  REMOTE_PROC_DOMAIN_GET_SCHEDULER_PARAMETERS_FLAGS,
  REMOTE_PROC_DOMAIN_GET_SECURITY_LABEL,
  REMOTE_PROC_DOMAIN_GET_SECURITY_LABEL_LIST,
  REMOTE_PROC_DOMAIN_LOOKUP_BY_UUID,
  REMOTE_PROC_DOMAIN_MANAGED_SAVE,
  REMOTE_PROC_DOMAIN_MEMORY_PEEK,
  REMOTE_PROC_DOMAIN_MEMORY_STATS,
  REMOTE_PROC_DOMAIN_RENAME,
  REMOTE_PROC_DOMAIN_SAVE,
  type RemoteDomainDiskError,
  type RemoteDomainGetInfoRet,
  type RemoteDomainGetSecurityLabelRet,
  type RemoteDomainGetStateRet,
  type RemoteNonnullDomain,
} from "../protocol/generated/remote/index.js";
import { type CallOptions, countDown } from "../protocol/index.js";
import type { Descriptor } from "../transport/descriptors/index.js";
import { DomainDocuments } from "./domain-documents.js";
import type { FlagOptions } from "./handle.js";
import type { HandleFactories } from "./handle-factories.js";
import type { Session } from "./session.js";
import { decodeParameters, type TypedParameters } from "./typed-parameters.js";
import { checkLength, textOfChars } from "./wire-values.js";

/** `id` of a domain that is not running. */
const NOT_RUNNING = -1;
/** The most that a reply to DOMAIN_MEMORY_STATS holds. */
const MAX_MEMORY_STATS = 1024;

/** State and size of a domain at one moment; memory in KiB, CPU time in nanoseconds. */
export type DomainInfo = RemoteDomainGetInfoRet;

/** A domain's state (`DomainState`) and why it is in it: the reason's meaning depends on the state. */
export type DomainStateInfo = RemoteDomainGetStateRet;

/** A job on a disk: copy, commit or pull. */
export interface BlockJobInfo {
  /** `DomainBlockJobType`. */
  readonly type: number;
  /** The limit in MiB/s, or bytes/s where the call's flags say so; 0 is none. */
  readonly bandwidth: bigint;
  /** How far it has come, in units of its own; done when it equals `end`. */
  readonly cur: bigint;
  readonly end: bigint;
}

/** What confines the domain's process. */
export interface SecurityLabel {
  readonly label: string;
  readonly enforcing: boolean;
}

/** A guest: running, or defined and waiting to be started. */
export class Domain extends DomainDocuments {
  /** Changes with {@link rename}. */
  readonly name: string;
  /** Lower case, with dashes. */
  readonly uuid: string;
  /**
   * The hypervisor's number for the running domain, -1 when it is not running: as of when this object was obtained,
   * or last started or ended through it.
   */
  readonly id: number;

  /** @internal Domains come from a connection's lookups and lists. */
  constructor(session: Session<HandleFactories>, { name, uuid, id }: RemoteNonnullDomain) {
    super(session);
    this.name = name;
    this.uuid = uuid;
    this.id = id;
  }

  /** @internal */
  get wire(): RemoteNonnullDomain {
    return { name: this.name, uuid: this.uuid, id: this.id };
  }

  #update(change: { id?: number; name?: string }): void {
    Object.assign(this, change);
  }

  /**
   * Starts a defined domain. Rejects with `InvalidStateError` when it runs already.
   *
   * Stands for virDomainCreate.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainCreate
   */
  async create(options?: CallOptions): Promise<void> {
    const remaining = countDown(options);
    await this.call(REMOTE_PROC_DOMAIN_CREATE, { dom: this.wire }, remaining());
    // The reply is empty, and the domain has a new id now.
    const { dom } = await this.call(REMOTE_PROC_DOMAIN_LOOKUP_BY_UUID, { uuid: this.uuid }, remaining());
    this.#update({ id: dom.id });
  }

  /**
   * Starts a defined domain, with flags of `DomainCreateFlags`.
   *
   * Stands for virDomainCreateWithFlags.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainCreateWithFlags
   */
  async createWithFlags({ flags = 0, ...options }: FlagOptions<DomainCreateFlags> = {}): Promise<void> {
    const { dom } = await this.call(REMOTE_PROC_DOMAIN_CREATE_WITH_FLAGS, { dom: this.wire, flags }, options);
    this.#update({ id: dom.id });
  }

  /**
   * Starts the defined domain with files that its first process inherits, from descriptor 3 on, which only containers
   * can. Flags are of `DomainCreateFlags`; START_AUTODESTROY ends the domain with this connection. Rejects with a
   * `ConnectionError` of code "DESCRIPTORS_UNSUPPORTED" unless the daemon is reached by a unix socket.
   *
   * Stands for virDomainCreateWithFiles.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainCreateWithFiles
   */
  async createWithFiles(
    files: readonly Descriptor[],
    { flags = 0, ...options }: FlagOptions<DomainCreateFlags> = {},
  ): Promise<void> {
    const { createWithFiles } = await import("./descriptors/index.js");
    const { id } = await createWithFiles(this.session, { dom: this.wire, flags }, files, options);
    this.#update({ id });
  }

  /**
   * Ends the domain at once, as pulling the plug would. A transient domain is gone then.
   *
   * Stands for virDomainDestroy.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainDestroy
   */
  async destroy(options?: CallOptions): Promise<void> {
    await this.call(REMOTE_PROC_DOMAIN_DESTROY, { dom: this.wire }, options);
    this.#update({ id: NOT_RUNNING });
  }

  /**
   * Ends the domain at once, with flags of `DomainDestroyFlagsValues`.
   *
   * Stands for virDomainDestroyFlags.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainDestroyFlags
   */
  async destroyFlags({ flags = 0, ...options }: FlagOptions<DomainDestroyFlagsValues> = {}): Promise<void> {
    await this.call(REMOTE_PROC_DOMAIN_DESTROY_FLAGS, { dom: this.wire, flags }, options);
    this.#update({ id: NOT_RUNNING });
  }

  /**
   * Writes the domain's memory to a file on the host and ends the domain; `conn.domainRestore` brings it back.
   *
   * Stands for virDomainSave.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainSave
   */
  async save(to: string, options?: CallOptions): Promise<void> {
    await this.call(REMOTE_PROC_DOMAIN_SAVE, { dom: this.wire, to }, options);
    this.#update({ id: NOT_RUNNING });
  }

  /**
   * Writes the domain's memory to a file that libvirt manages and ends the domain; the next start goes on from there.
   * Flags are of `DomainSaveRestoreFlags`.
   *
   * Stands for virDomainManagedSave.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainManagedSave
   */
  async managedSave({ flags = 0, ...options }: FlagOptions<DomainSaveRestoreFlags> = {}): Promise<void> {
    await this.call(REMOTE_PROC_DOMAIN_MANAGED_SAVE, { dom: this.wire, flags }, options);
    this.#update({ id: NOT_RUNNING });
  }

  /**
   * Gives the domain another name, which this object then has as well. Most hypervisors want it shut off.
   *
   * Stands for virDomainRename.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainRename
   */
  async rename(newName: string, { flags = 0, ...options }: FlagOptions = {}): Promise<void> {
    await this.call(REMOTE_PROC_DOMAIN_RENAME, { dom: this.wire, newName, flags }, options);
    this.#update({ name: newName });
  }

  /**
   * The job on a disk, given by target or path; `undefined` when there is none. Flags are of
   * `DomainBlockJobInfoFlags`.
   *
   * Stands for virDomainGetBlockJobInfo.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainGetBlockJobInfo
   */
  async getBlockJobInfo(
    disk: string,
    { flags = 0, ...options }: FlagOptions<DomainBlockJobInfoFlags> = {},
  ): Promise<BlockJobInfo | undefined> {
    const args = { dom: this.wire, path: disk, flags };
    const { found, ...job } = await this.call(REMOTE_PROC_DOMAIN_GET_BLOCK_JOB_INFO, args, options);
    return found === 0 ? undefined : job;
  }

  /**
   * The disks that had errors, each with its `DomainDiskErrorCode`; empty when all is well.
   *
   * Stands for virDomainGetDiskErrors.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainGetDiskErrors
   */
  async getDiskErrors({
    flags = 0,
    ...options
  }: FlagOptions = {}): Promise<readonly RemoteDomainDiskError[]> {
    const remaining = countDown(options);
    const ask = (maxerrors: number): Promise<{ errors: readonly RemoteDomainDiskError[]; nerrors: number }> =>
      this.call(REMOTE_PROC_DOMAIN_GET_DISK_ERRORS, { dom: this.wire, maxerrors, flags }, remaining());
    const { nerrors } = await ask(0);
    return nerrors === 0 ? [] : (await ask(nerrors)).errors;
  }

  /**
   * The parameters of the domain's scheduler; `getSchedulerType` names the scheduler.
   *
   * Stands for virDomainGetSchedulerParameters.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainGetSchedulerParameters
   */
  async getSchedulerParameters(options?: CallOptions): Promise<TypedParameters> {
    const remaining = countDown(options);
    const { nparams } = await this.getSchedulerType(remaining());
    const args = { dom: this.wire, nparams };
    const { params } = await this.call(REMOTE_PROC_DOMAIN_GET_SCHEDULER_PARAMETERS, args, remaining());
    return decodeParameters(params);
  }

  /**
   * The parameters of the domain's scheduler, running or configured as flags of `DomainModificationImpact` choose.
   *
   * Stands for virDomainGetSchedulerParametersFlags.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainGetSchedulerParametersFlags
   */
  async getSchedulerParametersFlags({
    flags = 0,
    ...options
  }: FlagOptions<DomainModificationImpact> = {}): Promise<TypedParameters> {
    const remaining = countDown(options);
    const { nparams } = await this.getSchedulerType(remaining());
    const okay = await this.stringsOkay();
    const args = { dom: this.wire, nparams, flags: flags | okay };
    const { params } = await this.call(REMOTE_PROC_DOMAIN_GET_SCHEDULER_PARAMETERS_FLAGS, args, remaining());
    return decodeParameters(params);
  }

  /**
   * The label that confines the domain's process, and whether it is enforced.
   *
   * Stands for virDomainGetSecurityLabel.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainGetSecurityLabel
   */
  async getSecurityLabel(options?: CallOptions): Promise<SecurityLabel> {
    return securityLabel(await this.call(REMOTE_PROC_DOMAIN_GET_SECURITY_LABEL, { dom: this.wire }, options));
  }

  /**
   * The labels that confine the domain's process, one for each security driver of the host.
   *
   * Stands for virDomainGetSecurityLabelList.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainGetSecurityLabelList
   */
  async getSecurityLabelList(options?: CallOptions): Promise<SecurityLabel[]> {
    const args = { dom: this.wire };
    const { labels } = await this.call(REMOTE_PROC_DOMAIN_GET_SECURITY_LABEL_LIST, args, options);
    return labels.map(securityLabel);
  }

  /**
   * What the balloon driver tells of the guest's memory, by the lower-case names of `DomainMemoryStatTags`; mostly in
   * KiB. A guest without the driver gives few of them or none.
   *
   * Stands for virDomainMemoryStats.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainMemoryStats
   */
  async memoryStats({ flags = 0, ...options }: FlagOptions = {}): Promise<Readonly<Record<string, bigint>>> {
    const args = { dom: this.wire, maxStats: MAX_MEMORY_STATS, flags };
    const { stats } = await this.call(REMOTE_PROC_DOMAIN_MEMORY_STATS, args, options);
    return Object.fromEntries(stats.map(({ tag, val }) => [MEMORY_STATS.get(tag) ?? `tag_${tag}`, val]));
  }

  /**
   * Reads `size` bytes of a disk, at most 4 MiB, from `offset` on.
   *
   * Stands for virDomainBlockPeek.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainBlockPeek
   */
  async blockPeek(
    disk: string,
    offset: bigint,
    size: number,
    { flags = 0, ...options }: FlagOptions = {},
  ): Promise<Uint8Array> {
    const args = { dom: this.wire, path: disk, offset, size, flags };
    const { buffer } = await this.call(REMOTE_PROC_DOMAIN_BLOCK_PEEK, args, options);
    return checkLength(buffer, size);
  }

  /**
   * Reads `size` bytes of the guest's memory, at most 4 MiB, from `start` on: a virtual or a physical address as flags
   * of `DomainMemoryFlags` say.
   *
   * Stands for virDomainMemoryPeek.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainMemoryPeek
   */
  async memoryPeek(
    start: bigint,
    size: number,
    { flags = 0, ...options }: FlagOptions<DomainMemoryFlags> = {},
  ): Promise<Uint8Array> {
    const args = { dom: this.wire, offset: start, size, flags };
    const { buffer } = await this.call(REMOTE_PROC_DOMAIN_MEMORY_PEEK, args, options);
    return checkLength(buffer, size);
  }
}

const MEMORY_STATS: ReadonlyMap<number, string> = new Map(
  // virsh and libvirt-python call the balloon's size "actual" as well.
  Object.entries(DomainMemoryStatTags).map(([name, tag]) => [
    tag,
    name.toLowerCase().replace("_balloon", ""),
  ]),
);

function securityLabel({ label, enforcing }: RemoteDomainGetSecurityLabelRet): SecurityLabel {
  return { label: textOfChars(label), enforcing: enforcing !== 0 };
}
