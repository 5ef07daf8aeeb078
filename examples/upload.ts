// upload.ts FILE [URI]: puts a file into a new volume, and tells how far it is.
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { connect } from "libvirt-rpc";

const [, , file, uri = "test:///default"] = process.argv;
if (file === undefined) throw new Error("usage: upload.ts FILE [URI]");

await using conn = await connect(uri);
const { size } = await stat(file);
const pool = await conn.storagePoolLookupByName("default-pool");
const volume = await pool.storageVolCreateXML(
  `<volume><name>${basename(file)}</name><capacity>${size}</capacity><allocation>0</allocation></volume>`,
);
await volume.upload(file, {
  sparse: true,
  onProgress: ({ transferred }) => process.stderr.write(`\r${transferred} of ${size} bytes`),
});
process.stderr.write("\n");
console.log(`${await volume.getPath()} has ${(await volume.getInfo()).capacity} bytes`);
