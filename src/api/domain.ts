import {
  REMOTE_PROC_DOMAIN_CREATE,
  REMOTE_PROC_DOMAIN_CREATE_WITH_FLAGS,
  REMOTE_PROC_DOMAIN_DESTROY,
  REMOTE_PROC_DOMAIN_DESTROY_FLAGS,
  REMOTE_PROC_DOMAIN_GET_AUTOSTART,
  REMOTE_PROC_DOMAIN_GET_INFO,
  REMOTE_PROC_DOMAIN_GET_MAX_MEMORY,
  REMOTE_PROC_DOMAIN_GET_MAX_VCPUS,
  REMOTE_PROC_DOMAIN_GET_OS_TYPE,
  REMOTE_PROC_DOMAIN_GET_STATE,
  REMOTE_PROC_DOMAIN_GET_XML_DESC,
  REMOTE_PROC_DOMAIN_IS_ACTIVE,
  REMOTE_PROC_DOMAIN_IS_PERSISTENT,
  REMOTE_PROC_DOMAIN_IS_UPDATED,
  REMOTE_PROC_DOMAIN_LOOKUP_BY_UUID,
  REMOTE_PROC_DOMAIN_REBOOT,
  REMOTE_PROC_DOMAIN_RESET,
  REMOTE_PROC_DOMAIN_RESUME,
  REMOTE_PROC_DOMAIN_SET_AUTOSTART,
  REMOTE_PROC_DOMAIN_SHUTDOWN,
  REMOTE_PROC_DOMAIN_SHUTDOWN_FLAGS,
  REMOTE_PROC_DOMAIN_SUSPEND,
  REMOTE_PROC_DOMAIN_UNDEFINE,
  REMOTE_PROC_DOMAIN_UNDEFINE_FLAGS,
  type RemoteDomainGetInfoRet,
  type RemoteDomainGetStateRet,
  type RemoteNonnullDomain,
} from "../protocol/generated/remote/index.js";
import { type CallOptions, countDown } from "../protocol/index.js";
import { type FlagOptions, Handle } from "./handle.js";
import type { Session } from "./session.js";
import { wireBoolean } from "./wire-values.js";

/** `id` of a domain that is not running. */
const NOT_RUNNING = -1;

/** State and size of a domain at one moment; memory in KiB, CPU time in nanoseconds. */
export type DomainInfo = RemoteDomainGetInfoRet;

/** A domain's state (`DomainState`) and why it is in it: the reason's meaning depends on the state. */
export type DomainStateInfo = RemoteDomainGetStateRet;

/** A guest: running, or defined and waiting to be started. */
export class Domain extends Handle {
  readonly name: string;
  /** Lower case, with dashes. */
  readonly uuid: string;
  /**
   * The hypervisor's number for the running domain, -1 when it is not running: as of when this object was obtained,
   * or last started or destroyed through it.
   */
  readonly id: number;

  /** @internal Domains come from a connection's lookups and lists. */
  constructor(session: Session, { name, uuid, id }: RemoteNonnullDomain) {
    super(session);
    this.name = name;
    this.uuid = uuid;
    this.id = id;
  }

  /** What stands for this domain in the arguments of a call. */
  get #wire(): RemoteNonnullDomain {
    return { name: this.name, uuid: this.uuid, id: this.id };
  }

  #setId(id: number): void {
    (this as { id: number }).id = id;
  }

  /**
   * Starts a defined domain. Rejects with `InvalidStateError` when it runs already.
   *
   * Stands for virDomainCreate.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainCreate
   */
  async create(options?: CallOptions): Promise<void> {
    const remaining = countDown(options);
    await this.call(REMOTE_PROC_DOMAIN_CREATE, { dom: this.#wire }, remaining());
    // The reply is empty, and the domain has a new id now.
    const { dom } = await this.call(REMOTE_PROC_DOMAIN_LOOKUP_BY_UUID, { uuid: this.uuid }, remaining());
    this.#setId(dom.id);
  }

  /**
   * Starts a defined domain, with flags of `DomainCreateFlags`.
   *
   * Stands for virDomainCreateWithFlags.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainCreateWithFlags
   */
  async createWithFlags({ flags = 0, ...options }: FlagOptions = {}): Promise<void> {
    const { dom } = await this.call(
      REMOTE_PROC_DOMAIN_CREATE_WITH_FLAGS,
      { dom: this.#wire, flags },
      options,
    );
    this.#setId(dom.id);
  }

  /**
   * Asks the guest to shut down, and does not wait until it has: it may ignore the request.
   *
   * Stands for virDomainShutdown.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainShutdown
   */
  async shutdown(options?: CallOptions): Promise<void> {
    await this.call(REMOTE_PROC_DOMAIN_SHUTDOWN, { dom: this.#wire }, options);
  }

  /**
   * Asks the guest to shut down, by the way that flags of `DomainShutdownFlagValues` choose.
   *
   * Stands for virDomainShutdownFlags.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainShutdownFlags
   */
  async shutdownFlags({ flags = 0, ...options }: FlagOptions = {}): Promise<void> {
    await this.call(REMOTE_PROC_DOMAIN_SHUTDOWN_FLAGS, { dom: this.#wire, flags }, options);
  }

  /**
   * Asks the guest to reboot, by the way that flags of `DomainRebootFlagValues` choose. Does not wait until it has.
   *
   * Stands for virDomainReboot.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainReboot
   */
  async reboot({ flags = 0, ...options }: FlagOptions = {}): Promise<void> {
    await this.call(REMOTE_PROC_DOMAIN_REBOOT, { dom: this.#wire, flags }, options);
  }

  /**
   * Resets the machine at once, as its reset button would; the guest gets no chance to save anything.
   *
   * Stands for virDomainReset.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainReset
   */
  async reset({ flags = 0, ...options }: FlagOptions = {}): Promise<void> {
    await this.call(REMOTE_PROC_DOMAIN_RESET, { dom: this.#wire, flags }, options);
  }

  /**
   * Stops the virtual CPUs; memory stays allocated.
   *
   * Stands for virDomainSuspend.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainSuspend
   */
  async suspend(options?: CallOptions): Promise<void> {
    await this.call(REMOTE_PROC_DOMAIN_SUSPEND, { dom: this.#wire }, options);
  }

  /**
   * Lets a suspended domain run again.
   *
   * Stands for virDomainResume.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainResume
   */
  async resume(options?: CallOptions): Promise<void> {
    await this.call(REMOTE_PROC_DOMAIN_RESUME, { dom: this.#wire }, options);
  }

  /**
   * Ends the domain at once, as pulling the plug would. A transient domain is gone then.
   *
   * Stands for virDomainDestroy.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainDestroy
   */
  async destroy(options?: CallOptions): Promise<void> {
    await this.call(REMOTE_PROC_DOMAIN_DESTROY, { dom: this.#wire }, options);
    this.#setId(NOT_RUNNING);
  }

  /**
   * Ends the domain at once, with flags of `DomainDestroyFlagsValues`.
   *
   * Stands for virDomainDestroyFlags.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainDestroyFlags
   */
  async destroyFlags({ flags = 0, ...options }: FlagOptions = {}): Promise<void> {
    await this.call(REMOTE_PROC_DOMAIN_DESTROY_FLAGS, { dom: this.#wire, flags }, options);
    this.#setId(NOT_RUNNING);
  }

  /**
   * Removes the definition. A running domain becomes transient and runs on.
   *
   * Stands for virDomainUndefine.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainUndefine
   */
  async undefine(options?: CallOptions): Promise<void> {
    await this.call(REMOTE_PROC_DOMAIN_UNDEFINE, { dom: this.#wire }, options);
  }

  /**
   * Removes the definition together with what flags of `DomainUndefineFlagsValues` name: managed save image,
   * snapshot metadata, NVRAM.
   *
   * Stands for virDomainUndefineFlags.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainUndefineFlags
   */
  async undefineFlags({ flags = 0, ...options }: FlagOptions = {}): Promise<void> {
    await this.call(REMOTE_PROC_DOMAIN_UNDEFINE_FLAGS, { dom: this.#wire, flags }, options);
  }

  /**
   * State, memory (KiB), number of virtual CPUs and CPU time used (ns).
   *
   * Stands for virDomainGetInfo.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainGetInfo
   */
  getInfo(options?: CallOptions): Promise<DomainInfo> {
    return this.call(REMOTE_PROC_DOMAIN_GET_INFO, { dom: this.#wire }, options);
  }

  /**
   * The state (`DomainState`) and the reason for it.
   *
   * Stands for virDomainGetState.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainGetState
   */
  getState({ flags = 0, ...options }: FlagOptions = {}): Promise<DomainStateInfo> {
    return this.call(REMOTE_PROC_DOMAIN_GET_STATE, { dom: this.#wire, flags }, options);
  }

  /**
   * The domain's XML description; flags of `DomainXMLFlags` choose which one (`INACTIVE`, `SECURE`, …).
   *
   * Stands for virDomainGetXMLDesc.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainGetXMLDesc
   */
  async getXMLDesc({ flags = 0, ...options }: FlagOptions = {}): Promise<string> {
    const { xml } = await this.call(REMOTE_PROC_DOMAIN_GET_XML_DESC, { dom: this.#wire, flags }, options);
    return xml;
  }

  /**
   * Whether the daemon starts the domain when it starts itself.
   *
   * Stands for virDomainGetAutostart.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainGetAutostart
   */
  async getAutostart(options?: CallOptions): Promise<boolean> {
    const { autostart } = await this.call(REMOTE_PROC_DOMAIN_GET_AUTOSTART, { dom: this.#wire }, options);
    return autostart !== 0;
  }

  /**
   * Says whether the daemon starts the domain when it starts itself. Needs a persistent domain.
   *
   * Stands for virDomainSetAutostart.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainSetAutostart
   */
  async setAutostart(autostart: boolean, options?: CallOptions): Promise<void> {
    const args = { dom: this.#wire, autostart: wireBoolean("autostart", autostart) };
    await this.call(REMOTE_PROC_DOMAIN_SET_AUTOSTART, args, options);
  }

  /**
   * The most memory that the domain can be given, in KiB.
   *
   * Stands for virDomainGetMaxMemory.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainGetMaxMemory
   */
  async getMaxMemory(options?: CallOptions): Promise<bigint> {
    const { memory } = await this.call(REMOTE_PROC_DOMAIN_GET_MAX_MEMORY, { dom: this.#wire }, options);
    return memory;
  }

  /**
   * The most virtual CPUs that the domain can be given without a change of its definition.
   *
   * Stands for virDomainGetMaxVcpus.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainGetMaxVcpus
   */
  async getMaxVcpus(options?: CallOptions): Promise<number> {
    const { num } = await this.call(REMOTE_PROC_DOMAIN_GET_MAX_VCPUS, { dom: this.#wire }, options);
    return num;
  }

  /**
   * The type of virtualization that the guest sees, such as "hvm" or "exe".
   *
   * Stands for virDomainGetOSType.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainGetOSType
   */
  async getOSType(options?: CallOptions): Promise<string> {
    const { type } = await this.call(REMOTE_PROC_DOMAIN_GET_OS_TYPE, { dom: this.#wire }, options);
    return type;
  }

  /**
   * Whether the domain is running, a suspended one included.
   *
   * Stands for virDomainIsActive.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainIsActive
   */
  async isActive(options?: CallOptions): Promise<boolean> {
    const { active } = await this.call(REMOTE_PROC_DOMAIN_IS_ACTIVE, { dom: this.#wire }, options);
    return active !== 0;
  }

  /**
   * Whether the domain has a definition that outlives its end.
   *
   * Stands for virDomainIsPersistent.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainIsPersistent
   */
  async isPersistent(options?: CallOptions): Promise<boolean> {
    const { persistent } = await this.call(REMOTE_PROC_DOMAIN_IS_PERSISTENT, { dom: this.#wire }, options);
    return persistent !== 0;
  }

  /**
   * Whether the definition was changed while the domain runs.
   *
   * Stands for virDomainIsUpdated.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainIsUpdated
   */
  async isUpdated(options?: CallOptions): Promise<boolean> {
    const { updated } = await this.call(REMOTE_PROC_DOMAIN_IS_UPDATED, { dom: this.#wire }, options);
    return updated !== 0;
  }
}
