// console.ts URI DOMAIN: a domain's console in this terminal; Ctrl-] leaves it.
import { connect } from "libvirt-rpc";

const [, , uri = "test:///default", name = "test"] = process.argv;
const LEAVE = 0x1d;
const { stdin, stdout } = process;

await using conn = await connect(uri);
const domain = await conn.domainLookupByName(name);
const terminal = await domain.openConsole();

stdin.setRawMode?.(true);
try {
  terminal.pipe(stdout);
  for await (const chunk of stdin as AsyncIterable<Buffer>) {
    const at = chunk.indexOf(LEAVE);
    if (at !== 0) terminal.write(at < 0 ? chunk : chunk.subarray(0, at));
    if (at >= 0) break;
  }
} finally {
  stdin.setRawMode?.(false);
  terminal.destroy();
}
