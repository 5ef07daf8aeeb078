import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "./libvirtd.js";
import { run } from "./virsh.js";

const REALM = "LIBVIRT.TEST";
const READY_MS = 60_000;
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** A Kerberos of its own, on a port of 127.0.0.1. */
export interface Kdc {
  /** Of every process that is to use it. */
  readonly env: Readonly<Record<string, string>>;
  /** Path of the file with the key of `libvirt/localhost`. */
  readonly keytab: string;
  /** Logs a user in; returns the name of a ticket file, for KRB5CCNAME. */
  ticket(user: string): Promise<string>;
  stop(): Promise<void>;
}

/** Starts a KDC that knows `users` and the service `libvirt/localhost`. */
export async function startKdc(users: readonly string[]): Promise<Kdc> {
  const port = await freePort();
  const dir = await mkdtemp(join(tmpdir(), "kdc-"));
  const keytab = join(dir, "service.keytab");
  const env = {
    PATH,
    KRB5_CONFIG: join(dir, "krb5.conf"),
    KRB5_KDC_PROFILE: join(dir, "kdc.conf"),
    // The usual file of what was seen belongs to the machine.
    KRB5RCACHENAME: "none:",
  };
  await writeFile(env.KRB5_CONFIG, clientConfig(port));
  await writeFile(env.KRB5_KDC_PROFILE, serverConfig(dir, port));
  let child: ChildProcess | undefined;
  const stop = async (): Promise<void> => {
    if (child !== undefined) await end(child);
    await rm(dir, { recursive: true, force: true });
  };
  const tool = async (program: string, args: readonly string[], input = ""): Promise<void> => {
    const { code, stdout, stderr } = await run(program, args, { env, input });
    if (code !== 0) throw new Error(`${program} ${args.join(" ")}: ${stdout}${stderr}`);
  };
  try {
    await tool("kdb5_util", ["create", "-r", REALM, "-s", "-P", "master"]);
    const queries = [
      ...users.map((user) => `addprinc -pw pw-${user} ${user}`),
      "addprinc -randkey libvirt/localhost",
      `ktadd -k ${keytab} libvirt/localhost`,
    ];
    await tool("kadmin.local", ["-r", REALM], `${queries.join("\n")}\n`);
    child = spawn("setpriv", ["--pdeathsig", "KILL", "krb5kdc", "-n", "-r", REALM], { env, stdio: "ignore" });
    await ready(child, port);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    env,
    keytab,
    async ticket(user) {
      const cache = `FILE:${join(dir, `tickets-${user}`)}`;
      await tool("kinit", ["-c", cache, user], `pw-${user}\n`);
      return cache;
    },
    stop,
  };
}

// The server takes itself for its host, which has another name than the one that clients use.
function clientConfig(port: number): string {
  return `[libdefaults]
 default_realm = ${REALM}
 dns_lookup_realm = false
 dns_lookup_kdc = false
 dns_canonicalize_hostname = false
 rdns = false
 ignore_acceptor_hostname = true
[realms]
 ${REALM} = {
  kdc = 127.0.0.1:${port}
 }
[domain_realm]
 localhost = ${REALM}
 127.0.0.1 = ${REALM}
`;
}

function serverConfig(dir: string, port: number): string {
  return `[kdcdefaults]
 kdc_listen = 127.0.0.1:${port}
 kdc_tcp_listen = 127.0.0.1:${port}
[realms]
 ${REALM} = {
  database_name = ${dir}/principal
  key_stash_file = ${dir}/stash
  acl_file = ${dir}/kadm5.acl
  supported_enctypes = aes256-cts-hmac-sha1-96:normal aes128-cts-hmac-sha1-96:normal
 }
[logging]
 kdc = FILE:${dir}/kdc.log
 admin_server = FILE:${dir}/kadmin.log
 default = FILE:${dir}/krb5.log
`;
}

async function ready(child: ChildProcess, port: number): Promise<void> {
  for (const limit = Date.now() + READY_MS; !(await accepts(port)); await sleep(10)) {
    if (child.exitCode !== null || Date.now() > limit) {
      throw new Error(`the KDC did not come up: exit code ${child.exitCode}`);
    }
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await exited;
}
