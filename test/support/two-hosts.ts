import { randomBytes, randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type GuestOptions, qemuDomainXml } from "./domain-xml.js";
import { type Libvirtd, startLibvirtd } from "./libvirtd.js";

/** Two hosts, as far as libvirt can tell: each daemon has an identity of its own, and both reach the other over TCP. */
export interface TwoHosts {
  readonly source: Libvirtd;
  readonly destination: Libvirtd;
  /** A guest whose memory is not zero, so that it takes a while on its way: so many MiB of it. */
  guest(options: GuestOptions & { readonly filledMiB?: number }): Promise<string>;
  /** How one daemon reaches the other. */
  peerUri(daemon: Libvirtd): string;
  stop(): Promise<void>;
}

export async function startTwoHosts(): Promise<TwoHosts> {
  const host = (): Promise<Libvirtd> =>
    startLibvirtd({
      tcp: true,
      conf: [`host_uuid = "${randomUUID()}"`],
      prepare: `echo 'migration_host = "127.0.0.2"' >> /etc/libvirt/qemu.conf`,
    });
  const [source, destination] = await Promise.all([host(), host()]);
  const fill = join(source.dir, "memory");
  return {
    source,
    destination,
    async guest({ filledMiB = 1, ...options }) {
      await writeFile(fill, randomBytes(filledMiB * 1024 * 1024));
      const load = `<qemu:commandline><qemu:arg value="-device"/><qemu:arg value="loader,file=${fill},addr=0x1000000,force-raw=on"/></qemu:commandline>`;
      return qemuDomainXml(options)
        .replace("<domain ", '<domain xmlns:qemu="http://libvirt.org/schemas/domain/qemu/1.0" ')
        .replace("</domain>", `${load}</domain>`);
    },
    peerUri: ({ tcpPort }) => `qemu+tcp://127.0.0.1:${tcpPort}/system`,
    async stop() {
      await Promise.all([source.stop(), destination.stop()]);
    },
  };
}
