import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort, type Libvirtd } from "./libvirtd.js";
import { run } from "./virsh.js";

export interface SshdOptions {
  /** Lines of sshd_config that go before ours: sshd takes the first of a key. */
  readonly conf?: readonly string[];
  /** The kind of host key: ed25519 by default. */
  readonly hostKey?: "ed25519" | "ecdsa" | "rsa";
  /** Shell commands that run before it in a mount namespace of its own, for instance to hide a program. */
  readonly prepare?: string;
}

/** An sshd that sees a test daemon's files and sockets. It ends with that daemon, or by `stop()`. */
export interface Sshd {
  readonly port: number;
  /** Folder with `id` (a key that may log in as root), `id.pub`, `authorized_keys`, `host_key`, `known_hosts`. */
  readonly dir: string;
  /** Path of the user's private key. */
  readonly key: string;
  /** Path of a known_hosts file with its host key under `[127.0.0.1]:port`. */
  readonly knownHosts: string;
  logs(): string;
  /** Kills the processes that serve those who are logged in, and not the server itself. */
  killSessions(): Promise<void>;
  stop(): Promise<void>;
}

const READY_MS = 60_000;

/** Starts an sshd inside a daemon's namespaces, on a port of 127.0.0.1. Give the daemon `systemSockets`. */
export async function startSshd(daemon: Libvirtd, options: SshdOptions = {}): Promise<Sshd> {
  const port = await freePort();
  const dir = join(daemon.dir, `ssh-${port}`);
  await mkdir(dir, { mode: 0o700 });
  const hostKey = join(dir, "host_key");
  const key = join(dir, "id");
  await Promise.all([makeKey(hostKey, options.hostKey ?? "ed25519"), makeKey(key, "ed25519")]);
  await writeFile(join(dir, "authorized_keys"), await readFile(`${key}.pub`));
  const [type, blob] = (await readFile(`${hostKey}.pub`, "utf8")).split(" ");
  const knownHosts = join(dir, "known_hosts");
  await writeFile(knownHosts, `[127.0.0.1]:${port} ${type} ${blob}\n`);
  const config = join(dir, "sshd_config");
  const log = join(dir, "sshd.log");
  await writeFile(config, `${configLines(port, dir, options).join("\n")}\n`);
  // sshd insists on this folder; it is the daemon's namespace's own.
  const script = `mkdir -p /run/sshd\n${options.prepare ?? ""}\nexec /usr/sbin/sshd -D -f "$1" -E "$2"`;
  const bound = ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount"];
  const [program = "", ...args] = daemon.inside([...bound, "bash", "-c", script, "sshd", config, log]);
  const child = spawn(program, args, { stdio: "ignore" });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const logs = (): string => (existsSync(log) ? readFileSync(log, "utf8") : "");
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
    await exited;
  };
  for (const end = Date.now() + READY_MS; !(await accepts(port)); await sleep(10)) {
    if (child.exitCode === null && Date.now() < end) continue;
    await stop();
    throw new Error(`sshd did not come up: exit code ${child.exitCode}\n${logs()}`);
  }
  const killSessions = async (): Promise<void> => {
    // nsenter → sshd → a process for each connection.
    for (const server of await childrenOf(child.pid)) {
      for (const session of await childrenOf(server)) process.kill(session, "SIGKILL");
    }
  };
  return { port, dir, key, knownHosts, logs, killSessions, stop };
}

/** The processes that a process has started, by the main thread's doing. */
export async function childrenOf(pid: number = process.pid): Promise<number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
  return children
    .split(" ")
    .filter((word) => word !== "")
    .map(Number);
}

/** Makes a key pair with ssh-keygen. */
export async function makeKey(
  path: string,
  type: "ed25519" | "ecdsa" | "rsa",
  {
    passphrase = "",
    format = "",
  }: { readonly passphrase?: string; readonly format?: "PEM" | "PKCS8" | "" } = {},
): Promise<void> {
  const args = ["-q", "-t", type, "-N", passphrase, "-f", path, "-C", "test"];
  if (format !== "") args.push("-m", format);
  const { code, stderr } = await run("ssh-keygen", args);
  if (code !== 0) throw new Error(`ssh-keygen: ${stderr}`);
  await chmod(path, 0o600);
}

function configLines(port: number, dir: string, { conf = [] }: SshdOptions): string[] {
  return [
    ...conf,
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    `HostKey ${dir}/host_key`,
    "PidFile none",
    `AuthorizedKeysFile ${dir}/authorized_keys`,
    "StrictModes no",
    "UsePAM no",
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "PermitRootLogin prohibit-password",
    "AllowStreamLocalForwarding yes",
    "LogLevel DEBUG1",
  ];
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
