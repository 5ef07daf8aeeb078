import type { DomainModificationImpact } from "../protocol/generated/constants/index.js";
import {
  REMOTE_PROC_DOMAIN_GET_CPU_STATS,
  REMOTE_PROC_DOMAIN_GET_EMULATOR_PIN_INFO,
  REMOTE_PROC_DOMAIN_GET_INFO,
  REMOTE_PROC_DOMAIN_GET_IOTHREAD_INFO,
  REMOTE_PROC_DOMAIN_GET_VCPU_PIN_INFO,
  REMOTE_PROC_DOMAIN_GET_VCPUS,
  REMOTE_PROC_NODE_GET_CPU_MAP,
  type RemoteTypedParam,
  type RemoteVcpuInfo,
} from "../protocol/generated/remote/index.js";
import { type CallOptions, countDown } from "../protocol/index.js";
import { decodeCpuMap } from "./cpu-map.js";
import { DomainBase } from "./generated/domain-base.js";
import type { FlagOptions } from "./handle.js";
import { decodeParameters, type TypedParameters } from "./typed-parameters.js";

/** The most CPUs that one DOMAIN_GET_CPU_STATS answers for. */
const CPUS_PER_CALL = 128;

/** A virtual CPU of a running domain. */
export interface VcpuInfo extends RemoteVcpuInfo {
  /** The host's CPUs that it may run on. */
  readonly cpumap: ReadonlySet<number>;
}

/** A thread of the hypervisor that does the input and output of disks. */
export interface IOThreadInfo {
  readonly iothreadId: number;
  /** The host's CPUs that it may run on. */
  readonly cpumap: ReadonlySet<number>;
}

/** What domains tell of CPUs: calls whose replies are maps and matrices. */
export abstract class DomainCpus extends DomainBase {
  /**
   * CPU time used, in nanoseconds, with other parameters that the hypervisor has: one entry for each of `ncpus` host
   * CPUs from `startCpu` on, all of them by default. A `startCpu` of -1 gives one entry for the whole domain. A CPU
   * that the hypervisor says nothing of has an empty one.
   *
   * Stands for virDomainGetCPUStats.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainGetCPUStats
   */
  async getCPUStats(
    startCpu: number,
    ncpus?: number,
    { flags = 0, ...options }: FlagOptions = {},
  ): Promise<TypedParameters[]> {
    const remaining = countDown(options);
    const okay = await this.stringsOkay();
    const ask = (start: number, cpus: number, nparams: number): Promise<CpuStatsReply> => {
      const args = { dom: this.wire, nparams, startCpu: start, ncpus: cpus, flags: flags | okay };
      return this.call(REMOTE_PROC_DOMAIN_GET_CPU_STATS, args, remaining());
    };
    const { nparams } = await ask(startCpu, 1, 0);
    if (startCpu < 0) return [decodeParameters((await ask(startCpu, 1, nparams)).params)];
    const count = ncpus ?? (await ask(0, 0, 0)).nparams - startCpu;
    if (nparams === 0) return Array.from({ length: count }, () => ({}));
    const stats: TypedParameters[] = [];
    for (let at = 0; at < count; at += CPUS_PER_CALL) {
      const size = Math.min(CPUS_PER_CALL, count - at);
      stats.push(...perCpu((await ask(startCpu + at, size, nparams)).params, size));
    }
    return stats;
  }

  /**
   * The virtual CPUs of a running domain: what each does, on which host CPU, and where it may run.
   *
   * Stands for virDomainGetVcpus.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainGetVcpus
   */
  async getVcpus(options?: CallOptions): Promise<VcpuInfo[]> {
    const remaining = countDown(options);
    const { nrVirtCpu } = await this.call(REMOTE_PROC_DOMAIN_GET_INFO, { dom: this.wire }, remaining());
    const maplen = await this.#mapLength(remaining());
    const args = { dom: this.wire, maxinfo: nrVirtCpu, maplen };
    const { info, cpumaps } = await this.call(REMOTE_PROC_DOMAIN_GET_VCPUS, args, remaining());
    return info.map((vcpu, i) => ({ ...vcpu, cpumap: mapAt(cpumaps, i, maplen) }));
  }

  /**
   * The host's CPUs that each virtual CPU may run on; flags of `DomainModificationImpact` choose between the running
   * domain and its configuration.
   *
   * Stands for virDomainGetVcpuPinInfo.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainGetVcpuPinInfo
   */
  async getVcpuPinInfo({
    flags = 0,
    ...options
  }: FlagOptions<DomainModificationImpact> = {}): Promise<ReadonlySet<number>[]> {
    const remaining = countDown(options);
    // LIVE and CONFIG are the same bits in both enums.
    const ncpumaps = await this.getVcpusFlags({ flags: flags as number, ...remaining() });
    const maplen = await this.#mapLength(remaining());
    const args = { dom: this.wire, ncpumaps, maplen, flags };
    const { cpumaps, num } = await this.call(REMOTE_PROC_DOMAIN_GET_VCPU_PIN_INFO, args, remaining());
    return Array.from({ length: num }, (_, i) => mapAt(cpumaps, i, maplen));
  }

  /**
   * The host's CPUs that the hypervisor's own threads may run on; `undefined` when they are not pinned.
   *
   * Stands for virDomainGetEmulatorPinInfo.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainGetEmulatorPinInfo
   */
  async getEmulatorPinInfo({
    flags = 0,
    ...options
  }: FlagOptions<DomainModificationImpact> = {}): Promise<ReadonlySet<number> | undefined> {
    const remaining = countDown(options);
    const args = { dom: this.wire, maplen: await this.#mapLength(remaining()), flags };
    const { cpumaps, ret } = await this.call(REMOTE_PROC_DOMAIN_GET_EMULATOR_PIN_INFO, args, remaining());
    return ret === 0 ? undefined : decodeCpuMap(cpumaps);
  }

  /**
   * The domain's I/O threads and the host's CPUs that each may run on.
   *
   * Stands for virDomainGetIOThreadInfo.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainGetIOThreadInfo
   */
  async getIOThreadInfo({
    flags = 0,
    ...options
  }: FlagOptions<DomainModificationImpact> = {}): Promise<IOThreadInfo[]> {
    const args = { dom: this.wire, flags };
    const { info } = await this.call(REMOTE_PROC_DOMAIN_GET_IOTHREAD_INFO, args, options);
    return info.map(({ iothreadId, cpumap }) => ({ iothreadId, cpumap: decodeCpuMap(cpumap) }));
  }

  /** Bytes of a map of the host's CPUs. */
  async #mapLength(options: CallOptions): Promise<number> {
    const args = { needMap: 0, needOnline: 0, flags: 0 };
    const { ret: cpus } = await this.call(REMOTE_PROC_NODE_GET_CPU_MAP, args, options);
    return Math.ceil(cpus / 8);
  }
}

interface CpuStatsReply {
  readonly params: readonly RemoteTypedParam[];
  readonly nparams: number;
}

/** The daemon leaves the end of short rows out: short maps mean CPUs that are not in them. */
function mapAt(maps: Uint8Array, index: number, length: number): ReadonlySet<number> {
  return decodeCpuMap(maps.subarray(index * length, (index + 1) * length));
}

/** A list for all CPUs, cut where a name comes again: each CPU has every name at most once. */
function perCpu(params: readonly RemoteTypedParam[], count: number): TypedParameters[] {
  const rows: RemoteTypedParam[][] = [];
  let seen = new Set<string>();
  for (const param of params) {
    if (rows.length === 0 || seen.has(param.field)) {
      rows.push([]);
      seen = new Set();
    }
    seen.add(param.field);
    rows.at(-1)?.push(param);
  }
  return Array.from({ length: count }, (_, i) => decodeParameters(rows[i] ?? []));
}
