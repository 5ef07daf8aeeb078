import { chmod, chown, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createRevocationList } from "../../src/pki/index.js";
import { dial, parseUri } from "../../src/transport/index.js";
import { type Libvirtd, startLibvirtd } from "../support/libvirtd.js";
import { TestPki } from "../support/pki.js";
import { run } from "../support/virsh.js";
import { close } from "../transport/tls-server.js";

// Where certificates are looked for, asked of virsh: as root and as an ordinary user, each with an /etc/pki and a home
// of the test's own.

const NOBODY = 65534;
/** Runs virsh where /etc has but a few of this machine's files, and the test's /etc/pki. */
const SCRIPT = `
set -e
mount -t tmpfs tmpfs /mnt
cp -a /etc/passwd /etc/group /etc/nsswitch.conf /etc/hosts /etc/ld.so.cache /mnt
mkdir /mnt/pki
mount --bind "$1" /mnt/pki
mount --rbind /mnt /etc
exec setpriv --reuid "$2" --regid "$2" --clear-groups virsh -c "$3" hostname
`;

let good: TestPki;
let bad: TestPki;
let daemon: Libvirtd;
beforeAll(async () => {
  good = await TestPki.make();
  bad = await TestPki.make();
  await chmod(good.dir, 0o755);
  daemon = await startLibvirtd({ tls: await good.serverFolder("server") });
});
afterAll(async () => {
  await daemon.stop();
  await good[Symbol.asyncDispose]();
  await bad[Symbol.asyncDispose]();
});

/** What a place has: `ca`, `cert`, `key` or `crl`, with a "-" if it is one that does not fit the server. */
type Thing = "ca" | "cert" | "key" | "crl" | "ca-" | "cert-" | "key-" | "crl-";

const SYSTEM_PATHS = {
  ca: "CA/cacert.pem",
  crl: "CA/cacrl.pem",
  cert: "libvirt/clientcert.pem",
  key: "libvirt/private/clientkey.pem",
} as const;
const USER_PATHS = {
  ca: ".pki/libvirt/cacert.pem",
  crl: ".pki/libvirt/cacrl.pem",
  cert: ".pki/libvirt/clientcert.pem",
  key: ".pki/libvirt/clientkey.pem",
} as const;

async function contentOf(thing: Thing): Promise<string> {
  const { ca, client } = thing.endsWith("-") ? bad : good;
  switch (thing.replace("-", "")) {
    case "ca":
      return ca.certificate;
    case "cert":
      return client.certificate;
    case "key":
      return client.key;
    default:
      return await createRevocationList(good.ca, thing === "crl-" ? [good.server] : []);
  }
}

async function fill(
  root: string,
  paths: Readonly<Record<string, string>>,
  things: readonly Thing[],
): Promise<void> {
  await mkdir(root, { recursive: true, mode: 0o755 });
  for (const thing of things) {
    const path = join(root, paths[thing.replace("-", "")] ?? "");
    await mkdir(dirname(path), { recursive: true, mode: 0o755 });
    await writeFile(path, await contentOf(thing), { mode: 0o600 });
    await chown(path, NOBODY, NOBODY);
  }
}

async function virshWorks(dir: string, uid: number, uri: string): Promise<boolean> {
  const env = { HOME: join(dir, "home") };
  const args = ["--mount", "--propagation", "private", "bash", "-c", SCRIPT, "virsh"];
  const { code, stdout, stderr } = await run("unshare", [...args, join(dir, "system"), String(uid), uri], {
    env,
  });
  // Anything else would be this test's own mistake.
  expect(stdout + stderr).toMatch(code === 0 ? /\S/ : /certificate|TLS|issuer/i);
  return code === 0;
}

async function weWork(dir: string, uid: number, uri: string): Promise<boolean> {
  const options = { euid: uid, env: { HOME: join(dir, "home") }, pkiDir: join(dir, "system") };
  try {
    await close(await dial(parseUri(uri), { ...options, timeoutMs: 60_000 }));
    return true;
  } catch {
    return false;
  }
}

interface Row {
  readonly system?: readonly Thing[];
  readonly user?: readonly Thing[];
  /** In a folder that the URI names. */
  readonly named?: readonly Thing[];
  readonly root: boolean;
  readonly nobody: boolean;
}

const ALL: readonly Thing[] = ["ca", "cert", "key"];
const ROWS: readonly Row[] = [
  { root: false, nobody: false },
  { system: ALL, root: true, nobody: true },
  { user: ALL, root: false, nobody: true },
  { system: ALL, user: ["ca-"], root: true, nobody: false },
  { system: ["ca-", "cert", "key"], user: ["ca"], root: false, nobody: true },
  { system: ["ca"], user: ["cert", "key"], root: false, nobody: true },
  { system: ["cert", "key"], user: ["ca"], root: false, nobody: true },
  { system: ALL, user: ["cert-", "key-"], root: true, nobody: false },
  { system: ALL, user: ["cert-"], root: true, nobody: true },
  { system: ALL, user: ["key-"], root: true, nobody: true },
  { system: ["ca", "cert"], user: ["key"], root: false, nobody: false },
  { system: ["ca"], user: ["cert"], root: false, nobody: false },
  { system: [...ALL, "crl-"], root: false, nobody: false },
  { system: [...ALL, "crl-"], user: ["crl"], root: false, nobody: true },
  { system: [...ALL, "crl"], user: ["crl-"], root: true, nobody: false },
  { system: ALL, user: ALL, named: [], root: false, nobody: false },
  { system: ["ca-"], user: ["ca-", "crl-"], named: ALL, root: true, nobody: true },
  { system: ALL, user: ALL, named: ["ca"], root: false, nobody: false },
];

describe("libvirt's certificate files", () => {
  it.each(ROWS.map((row, index) => [JSON.stringify(row), row, index] as const))(
    "%s",
    async (_, row, index) => {
      const dir = join(good.dir, `row-${index}`);
      await mkdir(dir, { mode: 0o755 });
      await fill(join(dir, "system"), SYSTEM_PATHS, row.system ?? []);
      await fill(join(dir, "home"), USER_PATHS, row.user ?? []);
      const names = { ca: "cacert.pem", crl: "cacrl.pem", cert: "clientcert.pem", key: "clientkey.pem" };
      if (row.named !== undefined) await fill(join(dir, "named"), names, row.named);
      const query = row.named === undefined ? "" : `?pkipath=${join(dir, "named")}`;
      const uri = `test+tls://127.0.0.1:${daemon.tlsPort}/default${query}`;
      const wanted = { root: row.root, nobody: row.nobody };
      const virsh = {
        root: await virshWorks(dir, 0, uri),
        nobody: await virshWorks(dir, NOBODY, uri),
      };
      expect({ virsh }).toEqual({ virsh: wanted });
      const we = { root: await weWork(dir, 0, uri), nobody: await weWork(dir, NOBODY, uri) };
      expect({ we }).toEqual({ we: wanted });
    },
  );
});
