import type { ConnectionClosedError } from "../errors/index.js";
import {
  REMOTE_PROC_CONNECT_GET_CAPABILITIES,
  REMOTE_PROC_CONNECT_GET_HOSTNAME,
  REMOTE_PROC_CONNECT_GET_LIB_VERSION,
  REMOTE_PROC_CONNECT_GET_MAX_VCPUS,
  REMOTE_PROC_CONNECT_GET_TYPE,
  REMOTE_PROC_CONNECT_GET_URI,
  REMOTE_PROC_CONNECT_GET_VERSION,
  REMOTE_PROC_CONNECT_LIST_ALL_DOMAINS,
  REMOTE_PROC_CONNECT_LIST_DEFINED_DOMAINS,
  REMOTE_PROC_CONNECT_LIST_DOMAINS,
  REMOTE_PROC_CONNECT_NUM_OF_DEFINED_DOMAINS,
  REMOTE_PROC_CONNECT_NUM_OF_DOMAINS,
  REMOTE_PROC_DOMAIN_CREATE_XML,
  REMOTE_PROC_DOMAIN_DEFINE_XML,
  REMOTE_PROC_DOMAIN_DEFINE_XML_FLAGS,
  REMOTE_PROC_DOMAIN_LOOKUP_BY_ID,
  REMOTE_PROC_DOMAIN_LOOKUP_BY_NAME,
  REMOTE_PROC_DOMAIN_LOOKUP_BY_UUID,
  REMOTE_PROC_NODE_GET_FREE_MEMORY,
  REMOTE_PROC_NODE_GET_INFO,
  type RemoteNodeGetInfoRet,
  type RemoteNonnullDomain,
} from "../protocol/generated/remote/index.js";
import { type CallOptions, countDown } from "../protocol/index.js";
import { Domain } from "./domain.js";
import { type FlagOptions, Handle } from "./handle.js";
import type { Session } from "./session.js";
import { textOfChars, wireUuid } from "./wire-values.js";

/** What the host is made of: memory in KiB, clock in MHz, CPUs and how they are arranged. */
export interface NodeInfo extends Omit<RemoteNodeGetInfoRet, "model"> {
  /** CPU architecture, such as "x86_64". */
  readonly model: string;
}

/** How a connection was opened. */
interface OpenedAs {
  readonly readOnly: boolean;
  /** Unknown when the daemon was left to choose. */
  readonly uri: string | undefined;
}

/** A connection to one hypervisor of one host, opened by `connect`. */
export class Connection extends Handle implements AsyncDisposable {
  /** True when the connection was opened for reading only. */
  readonly readOnly: boolean;
  #type: string | undefined;
  #uri: string | undefined;

  /** @internal Connections come from `connect`. */
  constructor(session: Session, { readOnly, uri }: OpenedAs) {
    super(session);
    this.readOnly = readOnly;
    this.#uri = uri;
  }

  /** Resolves, never rejects, when the connection has ended, with the reason for it. */
  get closed(): Promise<ConnectionClosedError> {
    return this.session.rpc.closed;
  }

  /** True until the connection has ended; the call that finds a dead peer out is still to be made. */
  get isOpen(): boolean {
    return this.session.rpc.open;
  }

  /**
   * Takes leave of the daemon and closes the connection. Calls that are still open then reject with a
   * `ConnectionClosedError`. Safe to call more than once.
   *
   * Stands for virConnectClose.
   * @see https://libvirt.org/html/libvirt-libvirt-host.html#virConnectClose
   */
  close(): Promise<void> {
    return this.session.close();
  }

  /** Closes the connection at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /**
   * The name of the hypervisor driver, such as "QEMU". Asked once, then remembered.
   *
   * Stands for virConnectGetType.
   * @see https://libvirt.org/html/libvirt-libvirt-host.html#virConnectGetType
   */
  async getType(options?: CallOptions): Promise<string> {
    this.#type ??= (await this.call(REMOTE_PROC_CONNECT_GET_TYPE, undefined, options)).type;
    return this.#type;
  }

  /**
   * The hypervisor's version, as major * 1,000,000 + minor * 1,000 + release.
   *
   * Stands for virConnectGetVersion.
   * @see https://libvirt.org/html/libvirt-libvirt-host.html#virConnectGetVersion
   */
  async getVersion(options?: CallOptions): Promise<bigint> {
    const { hvVer } = await this.call(REMOTE_PROC_CONNECT_GET_VERSION, undefined, options);
    return hvVer;
  }

  /**
   * The daemon's version, as major * 1,000,000 + minor * 1,000 + release.
   *
   * Stands for virConnectGetLibVersion.
   * @see https://libvirt.org/html/libvirt-libvirt-host.html#virConnectGetLibVersion
   */
  async getLibVersion(options?: CallOptions): Promise<bigint> {
    const { libVer } = await this.call(REMOTE_PROC_CONNECT_GET_LIB_VERSION, undefined, options);
    return libVer;
  }

  /**
   * The name of the host that the daemon runs on.
   *
   * Stands for virConnectGetHostname.
   * @see https://libvirt.org/html/libvirt-libvirt-host.html#virConnectGetHostname
   */
  async getHostname(options?: CallOptions): Promise<string> {
    const { hostname } = await this.call(REMOTE_PROC_CONNECT_GET_HOSTNAME, undefined, options);
    return hostname;
  }

  /**
   * The URI that the connection was opened with, in canonical form; the daemon's choice when there was none.
   *
   * Stands for virConnectGetURI.
   * @see https://libvirt.org/html/libvirt-libvirt-host.html#virConnectGetURI
   */
  async getURI(options?: CallOptions): Promise<string> {
    this.#uri ??= (await this.call(REMOTE_PROC_CONNECT_GET_URI, undefined, options)).uri;
    return this.#uri;
  }

  /**
   * What the host and its hypervisor can do, as an XML document.
   *
   * Stands for virConnectGetCapabilities.
   * @see https://libvirt.org/html/libvirt-libvirt-host.html#virConnectGetCapabilities
   */
  async getCapabilities(options?: CallOptions): Promise<string> {
    const { capabilities } = await this.call(REMOTE_PROC_CONNECT_GET_CAPABILITIES, undefined, options);
    return capabilities;
  }

  /**
   * The most virtual CPUs that a guest of this type can have; the hypervisor's default type when it is left out.
   *
   * Stands for virConnectGetMaxVcpus.
   * @see https://libvirt.org/html/libvirt-libvirt-host.html#virConnectGetMaxVcpus
   */
  async getMaxVcpus(type?: string, options?: CallOptions): Promise<number> {
    const { maxVcpus } = await this.call(REMOTE_PROC_CONNECT_GET_MAX_VCPUS, { type }, options);
    return maxVcpus;
  }

  /**
   * The host's CPUs and memory (KiB).
   *
   * Stands for virNodeGetInfo.
   * @see https://libvirt.org/html/libvirt-libvirt-host.html#virNodeGetInfo
   */
  async nodeGetInfo(options?: CallOptions): Promise<NodeInfo> {
    const info = await this.call(REMOTE_PROC_NODE_GET_INFO, undefined, options);
    return { ...info, model: textOfChars(info.model) };
  }

  /**
   * The host's free memory, in bytes.
   *
   * Stands for virNodeGetFreeMemory.
   * @see https://libvirt.org/html/libvirt-libvirt-host.html#virNodeGetFreeMemory
   */
  async nodeGetFreeMemory(options?: CallOptions): Promise<bigint> {
    const { freeMem } = await this.call(REMOTE_PROC_NODE_GET_FREE_MEMORY, undefined, options);
    return freeMem;
  }

  /**
   * All domains, or those that flags of `ConnectListAllDomainsFlags` select.
   *
   * Stands for virConnectListAllDomains.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virConnectListAllDomains
   */
  async listAllDomains({ flags = 0, ...options }: FlagOptions = {}): Promise<Domain[]> {
    const args = { needResults: 1, flags };
    const { domains } = await this.call(REMOTE_PROC_CONNECT_LIST_ALL_DOMAINS, args, options);
    return domains.map((domain) => this.#domain(domain));
  }

  /**
   * The ids of the running domains. `listAllDomains` is the better choice: it needs one call instead of two, and
   * cannot miss a domain that starts in between.
   *
   * Stands for virConnectListDomains.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virConnectListDomains
   */
  async listDomains(options?: CallOptions): Promise<number[]> {
    const remaining = countDown(options);
    const maxids = await this.numOfDomains(remaining());
    if (maxids === 0) return [];
    const { ids } = await this.call(REMOTE_PROC_CONNECT_LIST_DOMAINS, { maxids }, remaining());
    return [...ids];
  }

  /**
   * How many domains are running.
   *
   * Stands for virConnectNumOfDomains.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virConnectNumOfDomains
   */
  async numOfDomains(options?: CallOptions): Promise<number> {
    const { num } = await this.call(REMOTE_PROC_CONNECT_NUM_OF_DOMAINS, undefined, options);
    return num;
  }

  /**
   * The names of the domains that are defined and not running. `listAllDomains` is the better choice, as above.
   *
   * Stands for virConnectListDefinedDomains.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virConnectListDefinedDomains
   */
  async listDefinedDomains(options?: CallOptions): Promise<string[]> {
    const remaining = countDown(options);
    const maxnames = await this.numOfDefinedDomains(remaining());
    if (maxnames === 0) return [];
    const { names } = await this.call(REMOTE_PROC_CONNECT_LIST_DEFINED_DOMAINS, { maxnames }, remaining());
    return [...names];
  }

  /**
   * How many domains are defined and not running.
   *
   * Stands for virConnectNumOfDefinedDomains.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virConnectNumOfDefinedDomains
   */
  async numOfDefinedDomains(options?: CallOptions): Promise<number> {
    const { num } = await this.call(REMOTE_PROC_CONNECT_NUM_OF_DEFINED_DOMAINS, undefined, options);
    return num;
  }

  /**
   * Finds a running domain by its id. Rejects with `NotFoundError` when there is none.
   *
   * Stands for virDomainLookupByID.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainLookupByID
   */
  async domainLookupByID(id: number, options?: CallOptions): Promise<Domain> {
    const { dom } = await this.call(REMOTE_PROC_DOMAIN_LOOKUP_BY_ID, { id }, options);
    return this.#domain(dom);
  }

  /**
   * Finds a domain by its name. Rejects with `NotFoundError` when there is none.
   *
   * Stands for virDomainLookupByName.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainLookupByName
   */
  async domainLookupByName(name: string, options?: CallOptions): Promise<Domain> {
    const { dom } = await this.call(REMOTE_PROC_DOMAIN_LOOKUP_BY_NAME, { name }, options);
    return this.#domain(dom);
  }

  /**
   * Finds a domain by its UUID, given as text or as 16 bytes. Rejects with `NotFoundError` when there is none.
   *
   * Stands for virDomainLookupByUUID.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainLookupByUUID
   */
  async domainLookupByUUID(uuid: string | Uint8Array, options?: CallOptions): Promise<Domain> {
    const args = { uuid: wireUuid(uuid) };
    const { dom } = await this.call(REMOTE_PROC_DOMAIN_LOOKUP_BY_UUID, args, options);
    return this.#domain(dom);
  }

  /**
   * Finds a domain by the text form of its UUID. Rejects with `NotFoundError` when there is none.
   *
   * Stands for virDomainLookupByUUIDString.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainLookupByUUIDString
   */
  domainLookupByUUIDString(uuid: string, options?: CallOptions): Promise<Domain> {
    return this.domainLookupByUUID(uuid, options);
  }

  /**
   * Defines a domain, or changes the definition of the one with the same name and UUID; does not start it.
   *
   * Stands for virDomainDefineXML.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainDefineXML
   */
  async domainDefineXML(xml: string, options?: CallOptions): Promise<Domain> {
    const { dom } = await this.call(REMOTE_PROC_DOMAIN_DEFINE_XML, { xml }, options);
    return this.#domain(dom);
  }

  /**
   * Defines a domain, with flags of `DomainDefineFlags`.
   *
   * Stands for virDomainDefineXMLFlags.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainDefineXMLFlags
   */
  async domainDefineXMLFlags(xml: string, { flags = 0, ...options }: FlagOptions = {}): Promise<Domain> {
    const { dom } = await this.call(REMOTE_PROC_DOMAIN_DEFINE_XML_FLAGS, { xml, flags }, options);
    return this.#domain(dom);
  }

  /**
   * Starts a domain from its XML, with flags of `DomainCreateFlags`. It is transient unless it is defined as well.
   *
   * Stands for virDomainCreateXML.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainCreateXML
   */
  async domainCreateXML(xml: string, { flags = 0, ...options }: FlagOptions = {}): Promise<Domain> {
    const { dom } = await this.call(REMOTE_PROC_DOMAIN_CREATE_XML, { xmlDesc: xml, flags }, options);
    return this.#domain(dom);
  }

  #domain(wire: RemoteNonnullDomain): Domain {
    return new Domain(this.session, wire);
  }
}
