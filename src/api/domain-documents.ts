import type {
  DomainBackupBeginFlags,
  DomainDefineFlags,
  DomainDeviceModifyFlags,
  DomainXMLFlags,
} from "../protocol/generated/constants/index.js";
import type {
  DeviceKind,
  DeviceOf,
  DomainBackupConfig,
  DomainCheckpointConfig,
  DomainConfig,
} from "../xml/index.js";
import type { DeviceCall } from "./documents/domain/index.js";
import { formatDocument } from "./documents.js";
import { DomainDescriptors } from "./domain-descriptors.js";
import type { FlagOptions } from "./handle.js";

const load = (): Promise<typeof import("./documents/domain/index.js")> =>
  import("./documents/domain/index.js");

/** Libvirt's documents about a domain as typed values, beyond what follows by rule. */
export abstract class DomainDocuments extends DomainDescriptors {
  abstract readonly name: string;
  abstract readonly uuid: string;

  /**
   * The domain's devices of one kind as typed values, all of them or those that a test chooses. Flags of
   * `DomainXMLFlags` say whether those of the running domain are meant or, with INACTIVE, the ones of its next start.
   *
   * ```ts
   * const [root] = await domain.findDevices("disk", ({ target }) => target.dev === "vda");
   * ```
   */
  async findDevices<K extends DeviceKind>(
    kind: K,
    test?: (device: DeviceOf<K>) => boolean,
    options?: FlagOptions<DomainXMLFlags>,
  ): Promise<DeviceOf<K>[]> {
    return (await load()).findIn(await this.getXMLDesc(options), kind, test);
  }

  /**
   * Plugs a device in. Flags of `DomainDeviceModifyFlags` choose between the running domain (LIVE), the one of its next
   * start (CONFIG), and both; without any, it is the running one if it runs.
   *
   * Stands for virDomainAttachDeviceFlags.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainAttachDeviceFlags
   */
  async attachDeviceConfig<K extends DeviceKind>(
    kind: K,
    device: NoInfer<DeviceOf<K>>,
    options?: FlagOptions<DomainDeviceModifyFlags>,
  ): Promise<void> {
    await this.#withDevice(kind, device, (xml) => this.attachDeviceFlags(xml, options));
  }

  /**
   * Unplugs a device: one that {@link findDevices} gave, or as much of it as tells it apart (a disk's target, an
   * interface's MAC address). It resolves when the guest has been asked; `domain.deviceRemoved` tells when it has let
   * go. Flags as for {@link attachDeviceConfig}.
   *
   * Stands for virDomainDetachDeviceFlags.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainDetachDeviceFlags
   */
  async detachDeviceConfig<K extends DeviceKind>(
    kind: K,
    device: NoInfer<DeviceOf<K>>,
    options?: FlagOptions<DomainDeviceModifyFlags>,
  ): Promise<void> {
    await this.#withDevice(kind, device, (xml) => this.detachDeviceFlags(xml, options));
  }

  /**
   * Changes a device, as far as that can be done without unplugging it: another medium in a drive, another network
   * behind an interface. Flags as for {@link attachDeviceConfig}, and FORCE, which opens a locked tray.
   *
   * Stands for virDomainUpdateDeviceFlags.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainUpdateDeviceFlags
   */
  async updateDeviceConfig<K extends DeviceKind>(
    kind: K,
    device: NoInfer<DeviceOf<K>>,
    options?: FlagOptions<DomainDeviceModifyFlags>,
  ): Promise<void> {
    await this.#withDevice(kind, device, (xml) => this.updateDeviceFlags(xml, options));
  }

  /**
   * Changes the domain's configuration, for its next start: `change` gets it as a typed value, passwords included, and
   * alters it (`setVcpus`, `setMemory`, `setBootOrder` and others of `libvirt-rpc/xml` help). Then it is defined anew,
   * unless nothing has changed. Returns whether anything has. What somebody else changes meanwhile is lost. The flag
   * VALIDATE of `DomainDefineFlags` has the daemon refuse what its schema does not have.
   *
   * Rejects with an `InvalidValueError` for another name or UUID, as that would define another domain, and for a
   * transient domain, which would become a persistent one.
   *
   * Stands for virDomainGetXMLDesc and virDomainDefineXML.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainDefineXML
   */
  async edit(
    change: (config: DomainConfig) => void | Promise<void>,
    options?: FlagOptions<DomainDefineFlags>,
  ): Promise<boolean> {
    return (await load()).editDomain(this, change, options);
  }

  /**
   * As `backupBegin`, from typed values of `libvirt-rpc/xml`.
   *
   * Stands for virDomainBackupBegin.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainBackupBegin
   */
  async backupBeginConfig(
    backup: DomainBackupConfig,
    checkpoint?: DomainCheckpointConfig,
    options?: FlagOptions<DomainBackupBeginFlags>,
  ): Promise<void> {
    const backupXML = await formatDocument("domainBackup", backup);
    const checkpointXML =
      checkpoint === undefined ? undefined : await formatDocument("domainCheckpoint", checkpoint);
    await this.backupBegin(backupXML, checkpointXML, options);
  }

  async #withDevice<K extends DeviceKind>(kind: K, device: DeviceOf<K>, call: DeviceCall): Promise<void> {
    await call((await load()).formatDevice(kind, device));
  }
}
