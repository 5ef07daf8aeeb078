import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type GuestOptions, qemuDomainXml } from "./domain-xml.js";
import { run } from "./virsh.js";

const SCRIPT = join(process.cwd(), "test", "support", "make-guest.sh");

/** Kernel and first disk of a small Linux. They are made once for each version of the script that makes them. */
async function guestFiles(): Promise<{ readonly kernel: string; readonly initrd: string }> {
  const version = createHash("sha256")
    .update(await readFile(SCRIPT))
    .digest("hex")
    .slice(0, 12);
  const dir = join(tmpdir(), `libvirt-rpc-test-guest-${version}`);
  const files = { kernel: join(dir, "vmlinuz"), initrd: join(dir, "initrd.gz") };
  if (!existsSync(files.kernel) || !existsSync(files.initrd)) {
    const { code, stdout, stderr } = await run(SCRIPT, [dir], { timeoutMs: 240_000 });
    if (code !== 0) throw new Error(`${SCRIPT}: ${stdout}${stderr}`);
  }
  return files;
}

/** A Linux that boots in seconds: a login on its serial console, an echo on its channel org.example.echo. */
export async function linuxGuestXml(options: GuestOptions = {}, devices = ""): Promise<string> {
  const { kernel, initrd } = await guestFiles();
  const boot = `<kernel>${kernel}</kernel><initrd>${initrd}</initrd><cmdline>console=ttyS0 quiet panic=1</cmdline>`;
  const own = `<devices>
    <serial type="pty"/><console type="pty"><target type="serial"/></console>
    <channel type="unix"><target type="virtio" name="org.example.echo"/></channel>
    ${devices}
  </devices>`;
  return qemuDomainXml(options)
    .replace("</os>", `${boot}</os>`)
    .replace('<memory unit="MiB">64</memory>', '<memory unit="MiB">128</memory>')
    .replace("</domain>", `${own}</domain>`);
}
