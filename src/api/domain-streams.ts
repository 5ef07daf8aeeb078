import type { Duplex, Readable } from "node:stream";
import type { DomainChannelFlags, DomainConsoleFlags } from "../protocol/generated/constants/index.js";
import {
  REMOTE_PROC_DOMAIN_OPEN_CHANNEL,
  REMOTE_PROC_DOMAIN_OPEN_CONSOLE,
  REMOTE_PROC_DOMAIN_SCREENSHOT,
} from "../protocol/generated/remote/index.js";
import { DomainMigration } from "./domain-migration.js";
import type { FlagOptions } from "./handle.js";
import type { StreamOptions } from "./streams/open-transfer.js";

/** A picture of a guest's display. */
export interface Screenshot {
  /** Of the picture, such as "image/png". */
  readonly mimeType: string;
  readonly stream: Readable;
}

/** What a domain sends and takes as streams. */
export abstract class DomainStreams extends DomainMigration {
  /**
   * Opens a console of the guest, by its device's alias, or the first one. `end()` takes leave of it; it ends when the
   * guest's side does. Flags are of `DomainConsoleFlags`: FORCE takes it from whoever has it, SAFE makes sure that nobody
   * else has.
   *
   * Stands for virDomainOpenConsole.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainOpenConsole
   */
  async openConsole(
    devName?: string,
    { flags = 0, ...options }: FlagOptions<DomainConsoleFlags> & StreamOptions = {},
  ): Promise<Duplex> {
    const { openTerminal } = await import("./streams/index.js");
    const args = { dom: this.wire, devName, flags };
    return await openTerminal(this.session, REMOTE_PROC_DOMAIN_OPEN_CONSOLE, args, options);
  }

  /**
   * Opens a channel of the guest, by its target's name, or the first one. Flags are of `DomainChannelFlags`.
   *
   * Stands for virDomainOpenChannel.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainOpenChannel
   */
  async openChannel(
    name?: string,
    { flags = 0, ...options }: FlagOptions<DomainChannelFlags> & StreamOptions = {},
  ): Promise<Duplex> {
    const { openTerminal } = await import("./streams/index.js");
    const args = { dom: this.wire, name, flags };
    return await openTerminal(this.session, REMOTE_PROC_DOMAIN_OPEN_CHANNEL, args, options);
  }

  /**
   * Takes a picture of a display of the guest, the first one by default.
   *
   * Stands for virDomainScreenshot.
   * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainScreenshot
   */
  async screenshot(
    screen = 0,
    { flags = 0, ...options }: FlagOptions & StreamOptions = {},
  ): Promise<Screenshot> {
    const { openIncoming } = await import("./streams/index.js");
    const args = { dom: this.wire, screen, flags };
    const { ret, stream } = await openIncoming(this.session, REMOTE_PROC_DOMAIN_SCREENSHOT, args, options);
    return { mimeType: ret.mime ?? "application/octet-stream", stream };
  }
}
