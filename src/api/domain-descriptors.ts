import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type {
  DomainFDAssociateFlags,
  DomainOpenGraphicsFlags,
  DomainQemuMonitorCommandFlags,
} from "../protocol/generated/constants/index.js";
import type { Descriptor } from "../transport/descriptors/index.js";
import type { MonitorReply } from "./descriptors/types.js";
import { DomainStreams } from "./domain-streams.js";
import type { FlagOptions } from "./handle.js";

const load = (): Promise<typeof import("./descriptors/index.js")> => import("./descriptors/index.js");

/** What a domain gives and takes as open descriptors. */
export abstract class DomainDescriptors extends DomainStreams {
  /**
   * Opens a connection to a display of the guest, VNC or SPICE, by its number among them. Flags are of
   * `DomainOpenGraphicsFlags`; SKIPAUTH spares the display's own password. On a unix socket the daemon hands over the
   * connection, and the display need not listen anywhere. Elsewhere it is reached where it listens: through SSH if the
   * connection uses that, else directly, and unencrypted over TCP and TLS. Rejects with a `ConnectError` where it
   * cannot be reached.
   *
   * Stands for virDomainOpenGraphicsFD.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainOpenGraphicsFD
   */
  async openGraphicsFD(
    idx = 0,
    { flags = 0, ...options }: FlagOptions<DomainOpenGraphicsFlags> = {},
  ): Promise<Duplex> {
    return await (await load()).openGraphicsFD(this.session, { dom: this.wire, idx, flags }, options);
  }

  /**
   * Gives one end of a pair of sockets to a display of the guest, as if a viewer had connected there. Then destroy it
   * here (`end()` would end it for the display as well) and talk through the other end. Where no descriptors can be
   * passed it stays in use: it is joined with a connection as {@link openGraphicsFD} makes it, and ends with that.
   *
   * Stands for virDomainOpenGraphics.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainOpenGraphics
   */
  async openGraphics(
    idx: number,
    socket: Socket,
    { flags = 0, ...options }: FlagOptions<DomainOpenGraphicsFlags> = {},
  ): Promise<void> {
    await (await load()).openGraphics(this.session, { dom: this.wire, idx, flags }, socket, options);
  }

  /**
   * Lends files to the domain, as the group `name` of disks whose source says `fdgroup="name"`: the daemon uses them
   * instead of opening the path. They stay lent until this connection is closed or lost, at 32 to a call. Flags are of
   * `DomainFDAssociateFlags`. Rejects with a `ConnectionError` of code "DESCRIPTORS_UNSUPPORTED" unless the daemon is
   * reached by a unix socket.
   *
   * Stands for virDomainFDAssociate.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainFDAssociate
   */
  async fdAssociate(
    name: string,
    files: readonly Descriptor[],
    { flags = 0, ...options }: FlagOptions<DomainFDAssociateFlags> = {},
  ): Promise<void> {
    await (await load()).associate(this.session, { dom: this.wire, name, flags }, files, options);
  }

  /**
   * Sends a command to QEMU's monitor together with files, such as `getfd` or `add-fd`, and gives its answer with the
   * sockets that came with it. Flags are of `DomainQemuMonitorCommandFlags`. For development and diagnosis, like
   * {@link qemuMonitorCommand}: what it does behind the daemon's back may confuse that. Rejects with a
   * `ConnectionError` of code "DESCRIPTORS_UNSUPPORTED" unless the daemon is reached by a unix socket.
   *
   * Stands for virDomainQemuMonitorCommandWithFiles.
   * @see https://libvirt.org/html/libvirt-libvirt-qemu.html#virDomainQemuMonitorCommandWithFiles
   */
  async qemuMonitorCommandWithFiles(
    cmd: string,
    files: readonly Descriptor[] = [],
    { flags = 0, ...options }: FlagOptions<DomainQemuMonitorCommandFlags> = {},
  ): Promise<MonitorReply> {
    return await (await load()).monitorCommand(this.session, { dom: this.wire, cmd, flags }, files, options);
  }
}
