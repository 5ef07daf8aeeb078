// create.ts [URI]: makes a disk and a domain, starts it, and cleans up again.
import { connect } from "libvirt-rpc";

await using conn = await connect(process.argv[2] ?? "test:///default");

const pool = await conn.storagePoolLookupByName("default-pool");
const disk = await pool.storageVolCreateXML(`
  <volume>
    <name>example.img</name>
    <capacity unit="GiB">10</capacity>
    <allocation>0</allocation>
  </volume>`);

const domain = await conn.domainDefineXML(`
  <domain type="${(await conn.getType()).toLowerCase()}">
    <name>example</name>
    <memory unit="GiB">2</memory>
    <vcpu>2</vcpu>
    <os><type>hvm</type></os>
    <devices>
      <disk type="file">
        <source file="${await disk.getPath()}"/>
        <target dev="vda" bus="virtio"/>
      </disk>
      <interface type="network"><source network="default"/></interface>
    </devices>
  </domain>`);
try {
  await domain.create();
  console.log(`${domain.name} runs: ${await domain.isActive()}`);
  await domain.destroy();
} finally {
  await domain.undefine();
  await disk.delete();
}
