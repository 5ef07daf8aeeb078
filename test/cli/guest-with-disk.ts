import { join } from "node:path";
import { qemuDomainXml } from "../support/domain-xml.js";
import { run } from "../support/virsh.js";

/** A guest r, whose disk is DIR/top.qcow2 on DIR/base.qcow2; DIR/over.qcow2 can be put above, and DIR/copy.qcow2 be copied to; DIR/small.qcow2 is too small for that. */
export async function guestWithDisk(dir: string): Promise<string> {
  const [base, top, over] = ["base", "top", "over"].map((name) => join(dir, `${name}.qcow2`));
  const create = async (...words: readonly (string | undefined)[]): Promise<void> => {
    const all = ["create", "-q", "-f", "qcow2", ...words.map((word) => word ?? "")];
    const { code, stderr } = await run("qemu-img", all);
    if (code !== 0) throw new Error(stderr);
  };
  await create(base, "4M");
  await create("-b", base, "-F", "qcow2", top);
  await create(join(dir, "copy.qcow2"), "4M");
  await create(join(dir, "small.qcow2"), "1M");
  await create("-b", top, "-F", "qcow2", over);
  const devices =
    `<devices><disk type="file" device="disk"><driver name="qemu" type="qcow2"/><source file="${top ?? ""}"/>` +
    '<target dev="vda" bus="virtio"/></disk><serial type="pty"/></devices>';
  return qemuDomainXml({ name: "r" }).replace("</domain>", `${devices}</domain>`);
}
