import type { ConnectionClosedError } from "../errors/index.js";
import type {
  ConnectGetAllDomainStatsFlags,
  DomainCreateFlags,
} from "../protocol/generated/constants/index.js";
import {
  REMOTE_PROC_CONNECT_GET_TYPE,
  REMOTE_PROC_CONNECT_GET_URI,
  REMOTE_PROC_CONNECT_IS_SECURE,
  REMOTE_PROC_NODE_GET_CPU_MAP,
  REMOTE_PROC_NODE_GET_CPU_STATS,
  REMOTE_PROC_NODE_GET_INFO,
  REMOTE_PROC_NODE_GET_MEMORY_STATS,
  REMOTE_PROC_NODE_GET_SECURITY_MODEL,
  type RemoteNodeGetCpuStats,
  type RemoteNodeGetInfoRet,
  type RemoteNonnullDomain,
} from "../protocol/generated/remote/index.js";
import { type CallOptions, checkKeepAlive, countDown } from "../protocol/index.js";
import type { Descriptor } from "../transport/descriptors/index.js";
import { decodeCpuMap } from "./cpu-map.js";
import type { Domain } from "./domain.js";
import type { EventHub } from "./events/event-hub.js";
import type { EventStream } from "./events/event-stream.js";
import type { EventKind, EventOf } from "./events/event-types.js";
import {
  type EventSubscription,
  type EventsOptions,
  type JoinEvents,
  type ListenOptions,
  listen,
  openEvents,
} from "./events/subscribe.js";
import { ConnectionBase } from "./generated/connection-base.js";
import type { FlagOptions } from "./handle.js";
import type { HandleFactories } from "./handle-factories.js";
import type { Side } from "./migration/side.js";
import type { Network } from "./network.js";
import type { NWFilter } from "./nw-filter.js";
import type { Secret } from "./secret.js";
import type { Session } from "./session.js";
import type { StoragePool } from "./storage-pool.js";
import type { TypedParameters } from "./typed-parameters.js";
import { textOfChars } from "./wire-values.js";

/** What the host is made of: memory in KiB, clock in MHz, CPUs and how they are arranged. */
export interface NodeInfo extends Omit<RemoteNodeGetInfoRet, "model"> {
  /** CPU architecture, such as "x86_64". */
  readonly model: string;
}

/** The host's main security driver. */
export interface SecurityModel {
  /** Such as "selinux" or "apparmor". */
  readonly model: string;
  /** Domain of interpretation: what the driver's labels mean. */
  readonly doi: string;
}

/** The host's CPUs. */
export interface NodeCPUMap {
  readonly cpus: number;
  /** How many are online. */
  readonly online: number;
  /** Numbers of those that are online. */
  readonly cpumap: ReadonlySet<number>;
}

/** Statistics of the host, by name. */
export type NodeStats = Readonly<Record<string, bigint>>;

/** Statistics of one domain. */
export interface DomainStatsRecord {
  readonly domain: Domain;
  readonly params: TypedParameters;
}

interface NodeStatsReply {
  readonly params: readonly RemoteNodeGetCpuStats[];
  readonly nparams: number;
}

/** How a connection was opened. */
interface OpenedAs {
  readonly readOnly: boolean;
  readonly transport: { readonly secure: boolean; readonly encrypted: boolean };
  /** Unknown when the daemon was left to choose. */
  readonly uri: string | undefined;
}

/** A connection to one hypervisor of one host, opened by `connect`. */
export class Connection extends ConnectionBase implements AsyncDisposable {
  /** True when the connection was opened for reading only. */
  readonly readOnly: boolean;
  #type: string | undefined;
  #uri: string | undefined;
  readonly #transport: OpenedAs["transport"];
  #hub: Promise<EventHub> | undefined;

  /** @internal Connections come from `connect`. */
  constructor(session: Session<HandleFactories>, { readOnly, uri, transport }: OpenedAs) {
    super(session);
    this.readOnly = readOnly;
    this.#uri = uri;
    this.#transport = transport;
  }

  /** Resolves, never rejects, when the connection has ended, with the reason for it. */
  get closed(): Promise<ConnectionClosedError> {
    return this.session.closed;
  }

  /**
   * Whether the connection is open. It does not ask the daemon: one that went away without a word is noticed by
   * keepalive, or by the next call. False while a lost connection is being replaced.
   *
   * Stands for virConnectIsAlive.
   * @see https://libvirt.org/html/libvirt-libvirt-host.html#virConnectIsAlive
   */
  isAlive(): boolean {
    return this.session.rpc.open;
  }

  /**
   * Asks the daemon for a sign of life after `interval` seconds of silence, `count` times at the most before the
   * connection counts as lost, with reason "keepalive". An interval of 0 turns it off. Returns false if the daemon does
   * not answer pings. `connect` turns it on by itself, with 5 seconds and 5 times.
   *
   * Stands for virConnectSetKeepAlive.
   * @see https://libvirt.org/html/libvirt-libvirt-host.html#virConnectSetKeepAlive
   */
  setKeepAlive(interval: number, count: number): boolean {
    if (!this.session.keepalive) return false;
    this.session.keepAlive(interval <= 0 ? undefined : checkKeepAlive({ interval, count }));
    return true;
  }

  /**
   * Events of one kind or several, as an async iterable: `for await (const event of conn.events("domain.lifecycle"))`.
   * They wait in a queue of bounded length; `overflow` says what happens when it is full, and `dropped` counts it.
   * What happens after `ready` has resolved is not missed. The loop ends when this program closes the connection, and
   * fails when it is lost for good, or when the daemon does not know the kind (`NO_SUPPORT`, `INTERNAL_ERROR`).
   *
   * Stands for virConnectDomainEventRegisterAny, virConnectNetworkEventRegisterAny,
   * virConnectStoragePoolEventRegisterAny, virConnectNodeDeviceEventRegisterAny, virConnectSecretEventRegisterAny,
   * virConnectDomainQemuMonitorEventRegister and virConnectRegisterCloseCallback.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virConnectDomainEventRegisterAny
   */
  events<K extends EventKind>(
    kinds: K | readonly K[],
    options: EventsOptions<K> = {},
  ): EventStream<EventOf<K>> {
    return openEvents(this.#join, kinds, options);
  }

  /**
   * Calls a listener for each event of one kind or several, until the result is disposed of. A listener that throws
   * ends up as an uncaught exception. If the daemon does not know the kind, `ready` of the result rejects.
   *
   * Stands for virConnectDomainEventRegister and virConnectDomainEventRegisterAny with its likes.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virConnectDomainEventRegisterAny
   */
  on<K extends EventKind>(
    kinds: K | readonly K[],
    listener: (event: EventOf<K>) => void,
    options: ListenOptions<K> = {},
  ): EventSubscription {
    return listen(this.#join, kinds, listener, options);
  }

  /** @internal One end of a migration. */
  get side(): Side {
    const { session } = this;
    return {
      readOnly: this.readOnly,
      call: (...args) => session.call(...args),
      supports: (feature) => session.supports(feature),
      getURI: () => this.getURI(),
    };
  }

  /** @internal A handle for what a daemon call gave. */
  handleOf(dom: RemoteNonnullDomain): Domain {
    return this.make.domain(dom);
  }

  /** Events are loaded when they are first asked for. */
  readonly #join: JoinEvents = async (kind, filter, consumer) => {
    this.#hub ??= import("./events/event-hub.js").then(({ EventHub }) => new EventHub(this.session));
    return (await this.#hub).subscribe(kind, filter, consumer);
  };

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
   * Whether nobody on the way can read along: the transport is local or encrypted, and so is what lies behind the
   * daemon.
   *
   * Stands for virConnectIsSecure.
   * @see https://libvirt.org/html/libvirt-libvirt-host.html#virConnectIsSecure
   */
  async isSecure(options?: CallOptions): Promise<boolean> {
    const { secure } = await this.call(REMOTE_PROC_CONNECT_IS_SECURE, undefined, options);
    return secure !== 0 && this.#transport.secure;
  }

  /**
   * Whether the connection is encrypted on its whole way. A local socket is secure without being encrypted.
   *
   * Stands for virConnectIsEncrypted.
   * @see https://libvirt.org/html/libvirt-libvirt-host.html#virConnectIsEncrypted
   */
  async isEncrypted(options?: CallOptions): Promise<boolean> {
    const { secure } = await this.call(REMOTE_PROC_CONNECT_IS_SECURE, undefined, options);
    return secure !== 0 && this.#transport.encrypted;
  }

  /**
   * Names and doi of the host's main security driver; empty when it has none.
   *
   * Stands for virNodeGetSecurityModel.
   * @see https://libvirt.org/html/libvirt-libvirt-host.html#virNodeGetSecurityModel
   */
  async nodeGetSecurityModel(options?: CallOptions): Promise<SecurityModel> {
    const { model, doi } = await this.call(REMOTE_PROC_NODE_GET_SECURITY_MODEL, undefined, options);
    return { model: textOfChars(model), doi: textOfChars(doi) };
  }

  /**
   * How many CPUs the host has, present or possible, and which of them are online.
   *
   * Stands for virNodeGetCPUMap.
   * @see https://libvirt.org/html/libvirt-libvirt-host.html#virNodeGetCPUMap
   */
  async nodeGetCPUMap({ flags = 0, ...options }: FlagOptions = {}): Promise<NodeCPUMap> {
    const args = { needMap: 1, needOnline: 1, flags };
    const { cpumap, online, ret } = await this.call(REMOTE_PROC_NODE_GET_CPU_MAP, args, options);
    return { cpus: ret, cpumap: decodeCpuMap(cpumap), online };
  }

  /**
   * What a CPU of the host has done since it started, in nanoseconds by kind ("kernel", "user", "idle", "iowait");
   * -1 stands for all CPUs together.
   *
   * Stands for virNodeGetCPUStats.
   * @see https://libvirt.org/html/libvirt-libvirt-host.html#virNodeGetCPUStats
   */
  async nodeGetCPUStats(cpuNum: number, { flags = 0, ...options }: FlagOptions = {}): Promise<NodeStats> {
    const remaining = countDown(options);
    const ask = (nparams: number): Promise<NodeStatsReply> =>
      this.call(REMOTE_PROC_NODE_GET_CPU_STATS, { cpuNum, nparams, flags }, remaining());
    return nodeStats(ask);
  }

  /**
   * Memory of the host or of one of its NUMA cells, in KiB by kind ("total", "free", "buffers", "cached"); -1 stands
   * for all cells together.
   *
   * Stands for virNodeGetMemoryStats.
   * @see https://libvirt.org/html/libvirt-libvirt-host.html#virNodeGetMemoryStats
   */
  async nodeGetMemoryStats(cellNum: number, { flags = 0, ...options }: FlagOptions = {}): Promise<NodeStats> {
    const remaining = countDown(options);
    const ask = (nparams: number): Promise<NodeStatsReply> =>
      this.call(REMOTE_PROC_NODE_GET_MEMORY_STATS, { nparams, cellNum, flags }, remaining());
    return nodeStats(ask);
  }

  /**
   * Statistics of all domains, by groups: `stats` are bits of `DomainStatsTypes`, 0 for all that there are. Flags of
   * `ConnectGetAllDomainStatsFlags` select domains.
   *
   * Stands for virConnectGetAllDomainStats.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virConnectGetAllDomainStats
   */
  getAllDomainStats(
    stats = 0,
    options: FlagOptions<ConnectGetAllDomainStatsFlags> = {},
  ): Promise<DomainStatsRecord[]> {
    return this.#domainStats([], stats, options);
  }

  /**
   * Statistics of some domains, by groups: `stats` are bits of `DomainStatsTypes`, 0 for all that there are.
   *
   * Stands for virDomainListGetStats.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainListGetStats
   */
  async domainListGetStats(
    domains: readonly Domain[],
    stats = 0,
    options: FlagOptions<ConnectGetAllDomainStatsFlags> = {},
  ): Promise<DomainStatsRecord[]> {
    // For the daemon an empty list means all domains.
    return domains.length === 0 ? [] : await this.#domainStats(domains, stats, options);
  }

  async #domainStats(
    domains: readonly Domain[],
    stats: number,
    { flags = 0, ...options }: FlagOptions,
  ): Promise<DomainStatsRecord[]> {
    const args = { doms: domains.map(({ wire }) => wire), stats, flags };
    const { DOMAIN_STATS } = await import("./domain-stats.js");
    const { retStats } = await this.call(DOMAIN_STATS, args, options);
    return retStats.map(({ dom, params }) => ({ domain: this.make.domain(dom), params }));
  }

  /**
   * Starts a domain from its XML; the old name of `domainCreateXML`.
   *
   * Stands for virDomainCreateLinux.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainCreateLinux
   */
  domainCreateLinux(xmlDesc: string, options?: FlagOptions<DomainCreateFlags>): Promise<Domain> {
    return this.domainCreateXML(xmlDesc, options);
  }

  /**
   * Starts a domain from its XML with files that its first process inherits, from descriptor 3 on, which only containers
   * can. Flags are of `DomainCreateFlags`; START_AUTODESTROY ends the domain with this connection. Rejects with a
   * `ConnectionError` of code "DESCRIPTORS_UNSUPPORTED" unless the daemon is reached by a unix socket.
   *
   * Stands for virDomainCreateXMLWithFiles.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainCreateXMLWithFiles
   */
  async domainCreateXMLWithFiles(
    xmlDesc: string,
    files: readonly Descriptor[],
    { flags = 0, ...options }: FlagOptions<DomainCreateFlags> = {},
  ): Promise<Domain> {
    const { createXMLWithFiles } = await import("./descriptors/index.js");
    return this.make.domain(await createXMLWithFiles(this.session, { xmlDesc, flags }, files, options));
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
   * Finds a network by the text form of its UUID. Rejects with `NotFoundError` when there is none.
   *
   * Stands for virNetworkLookupByUUIDString.
   * @see https://libvirt.org/html/libvirt-libvirt-network.html#virNetworkLookupByUUIDString
   */
  networkLookupByUUIDString(uuid: string, options?: CallOptions): Promise<Network> {
    return this.networkLookupByUUID(uuid, options);
  }

  /**
   * Finds a network filter by the text form of its UUID. Rejects with `NotFoundError` when there is none.
   *
   * Stands for virNWFilterLookupByUUIDString.
   * @see https://libvirt.org/html/libvirt-libvirt-nwfilter.html#virNWFilterLookupByUUIDString
   */
  nwFilterLookupByUUIDString(uuid: string, options?: CallOptions): Promise<NWFilter> {
    return this.nwFilterLookupByUUID(uuid, options);
  }

  /**
   * Finds a secret by the text form of its UUID. Rejects with `NotFoundError` when there is none.
   *
   * Stands for virSecretLookupByUUIDString.
   * @see https://libvirt.org/html/libvirt-libvirt-secret.html#virSecretLookupByUUIDString
   */
  secretLookupByUUIDString(uuid: string, options?: CallOptions): Promise<Secret> {
    return this.secretLookupByUUID(uuid, options);
  }

  /**
   * Finds a storage pool by the text form of its UUID. Rejects with `NotFoundError` when there is none.
   *
   * Stands for virStoragePoolLookupByUUIDString.
   * @see https://libvirt.org/html/libvirt-libvirt-storage.html#virStoragePoolLookupByUUIDString
   */
  storagePoolLookupByUUIDString(uuid: string, options?: CallOptions): Promise<StoragePool> {
    return this.storagePoolLookupByUUID(uuid, options);
  }
}

async function nodeStats(ask: (nparams: number) => Promise<NodeStatsReply>): Promise<NodeStats> {
  // The daemon takes no other number than its own.
  const { nparams } = await ask(0);
  if (nparams === 0) return {};
  const { params } = await ask(nparams);
  return Object.fromEntries(params.map(({ field, value }) => [field, value]));
}
