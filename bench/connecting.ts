import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { connect } from "../src/index.js";
import { startLibvirtd } from "../test/support/libvirtd.js";
import { TestPki } from "../test/support/pki.js";
import { startSshd } from "../test/support/sshd.js";
import { BareSocket } from "./bare-socket.js";
import { type Contestant, type Duel, duel, FLOOR, OURS, own } from "./duel.js";
import { startPython } from "./peer-process.js";

/** A connection for one call: opened, asked, and closed in good order. */
export async function connecting(): Promise<readonly Duel[]> {
  await using pki = await TestPki.make();
  const folder = await pki.folder("client");
  const daemon = await startLibvirtd({ systemSockets: true, tls: await pki.serverFolder("server") });
  try {
    const sshd = await startSshd(daemon);
    // The machine's own settings of ssh have no say.
    const command = join(daemon.dir, "ssh-alone");
    const known = `-F /dev/null -o UserKnownHostsFile=${sshd.knownHosts} -o GlobalKnownHostsFile=/dev/null`;
    await writeFile(command, `#!/bin/sh\nexec ssh ${known} -o IdentitiesOnly=yes "$@"\n`);
    await chmod(command, 0o755);
    const query = new URLSearchParams({ command, keyfile: sshd.key, no_tty: "1" }).toString();
    const bare = own(FLOOR, 1, () => BareSocket.visit(daemon.socket, "test:///default"));
    return [
      await race("unix", 50, daemon.uri("test"), [bare]),
      await race(
        "TLS",
        15,
        `test+tls://localhost:${daemon.tlsPort}/default?pkipath=${encodeURIComponent(folder)}`,
      ),
      await race("ssh", 2, `test+ssh://root@127.0.0.1:${sshd.port}/default?${query}`),
    ];
  } finally {
    await daemon.stop();
  }
}

async function race(
  way: string,
  operations: number,
  uri: string,
  others: readonly Contestant[] = [],
): Promise<Duel> {
  const python = await startPython(uri);
  try {
    return await duel(`connect, one call, close: ${way}`, operations, [
      ...others,
      own(OURS, 1, async () => {
        await using conn = await connect(uri);
        await conn.getLibVersion();
      }),
      python.contestant("connect"),
    ]);
  } finally {
    python.stop();
  }
}
