import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export interface LibvirtdOptions {
  /** `root` (the default) has system sockets, `session` runs as an ordinary user. */
  readonly mode?: "root" | "session";
  /** With a network of its own, in which it may make bridges as it likes. */
  readonly net?: boolean;
  /** More lines of libvirtd.conf, which go before ours: libvirt takes the first of a key. */
  readonly conf?: readonly string[];
  /** Listens on a TCP port of 127.0.0.1 as well, which `tcpPort` tells. */
  readonly tcp?: boolean;
  /** Listens for TLS as well, on `tlsPort`: a folder with cacert.pem, servercert.pem and serverkey.pem. */
  readonly tls?: string;
  /** More variables for the daemon, such as SASL_CONF_PATH. */
  readonly env?: Readonly<Record<string, string>>;
  /** Shell commands that run in the root daemon's namespaces before it starts; `$DIR` is its folder. */
  readonly prepare?: string;
  /** The sockets lie where every client in the daemon's namespaces looks first, too: in /run/libvirt. */
  readonly systemSockets?: boolean;
}

/** A libvirtd of its own, of which nothing is left after `stop()`. */
export interface Libvirtd {
  readonly dir: string;
  readonly socket: string;
  /** A session daemon has none. */
  readonly readOnlySocket: string | undefined;
  /** Where its admin interface listens. */
  readonly adminSocket: string;
  /** Of libvirtd itself, as this side of its namespace sees it; another one after a restart. */
  readonly pid: number;
  /** 0 if it does not listen there. */
  readonly tcpPort: number;
  readonly tlsPort: number;
  /** The command line that runs a command in the daemon's namespaces. */
  inside(command: readonly string[]): string[];
  /** A URI of this daemon: `uri("qemu")`, `uri("test")`. */
  uri(driver: "qemu" | "test", parameters?: Readonly<Record<string, string>>): string;
  logs(): string;
  kill(signal: NodeJS.Signals): void;
  /** Kills it and starts it again, on the same sockets and ports. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const READY_MS = 60_000;
const END_MS = 10_000;
/** Nobody, as user and as group. */
const SESSION_ID = 65534;

// Where libvirt keeps what two daemons would fight about. Its cache outlives the daemon, since it spares the next one
// eight seconds of asking QEMU what it can do.
const NAMESPACE_SCRIPT = `
set -e
mount -t proc proc /proc
for dir in /run/libvirt /var/lib/libvirt /var/cache/libvirt /var/log/libvirt /etc/libvirt; do
  mkdir -p "$dir"
  mount -t tmpfs -o mode=0755 tmpfs "$dir"
done
mount --bind "$CACHE" /var/cache/libvirt
mkdir -p /etc/libvirt/qemu
printf '%s\\n' 'security_driver = "none"' 'user = "root"' 'group = "root"' 'cgroup_controllers = []' \
  'remember_owner = 0' 'stdio_handler = "file"' > /etc/libvirt/qemu.conf
`;
// The first process of a PID namespace has to reap the orphans, guests among them. libvirtd does not, the shell does.
const RUN_SCRIPT = `
"$@" & wait "$!"
`;

/** Starts a libvirtd in namespaces of its own and waits until it answers. Needs root. */
export async function startLibvirtd(options: LibvirtdOptions = {}): Promise<Libvirtd> {
  const { mode = "root", conf = [] } = options;
  const [tcpPort, tlsPort] = [
    options.tcp === true ? await freePort() : 0,
    options.tls === undefined ? 0 : await freePort(),
  ];
  const dir = await mkdtemp(join(tmpdir(), "libvirtd-"));
  await chmod(dir, 0o755);
  const socketDir = join(dir, "sock");
  await mkdir(socketDir);
  const config = join(dir, "libvirtd.conf");
  const log = join(dir, "libvirtd.log");
  const lines = [
    ...conf,
    `unix_sock_dir = "${socketDir}"`,
    'unix_sock_rw_perms = "0777"',
    'unix_sock_ro_perms = "0777"',
    'auth_unix_rw = "none"',
    'auth_unix_ro = "none"',
    `log_outputs = "3:file:${log}"`,
    ...listenLines(tcpPort, tlsPort, options.tls),
  ];
  await writeFile(config, `${lines.join("\n")}\n`);
  const listen = tcpPort + tlsPort === 0 ? [] : ["--listen"];
  const args = ["--config", config, "--pid-file", join(dir, "pid"), ...listen];
  const socket = join(socketDir, "libvirt-sock");
  let child: ChildProcess;
  let pid = 0;
  let output = (): string => "";
  const logs = (): string => output() + (existsSync(log) ? readFileSync(log, "utf8") : "");
  const stop = async (): Promise<void> => {
    await end(child);
    await rm(dir, { recursive: true, force: true });
  };
  const start = async (): Promise<void> => {
    child = await spawnDaemon(options, dir, args);
    output = collect(child);
    try {
      await ready(child, socket);
      pid = await daemonPid(child);
    } catch (error) {
      const text = logs();
      await stop();
      throw new Error(`libvirtd did not come up: ${String(error)}\n${text.slice(-2000)}`, { cause: error });
    }
  };
  await start();
  return {
    dir,
    socket,
    adminSocket: join(socketDir, "libvirt-admin-sock"),
    readOnlySocket: mode === "root" ? join(socketDir, "libvirt-sock-ro") : undefined,
    get pid() {
      return pid;
    },
    tcpPort,
    tlsPort,
    inside: (command) => ["nsenter", "--target", String(pid), "--mount", "--pid", "--", ...command],
    uri: (driver, parameters = {}) => {
      const path = driver === "test" ? "default" : mode === "root" ? "system" : "session";
      return `${driver}+unix:///${path}?${new URLSearchParams({ socket, ...parameters }).toString()}`;
    },
    logs,
    kill: (signal) => {
      process.kill(pid, signal);
    },
    async restart() {
      const old = pid;
      await end(child);
      // Until it is gone altogether its socket still takes connections.
      while (existsSync(`/proc/${old}`)) await sleep(1);
      await start();
    },
    stop,
  };
}

const DAEMON = "/usr/sbin/libvirtd";
// All that the daemon starts dies with its namespace, and the namespace with `unshare`.
const UNSHARE = ["--mount", "--pid", "--fork", "--kill-child", "--propagation", "private", "bash", "-c"];

function listenLines(tcpPort: number, tlsPort: number, pki: string | undefined): string[] {
  const tcp = tcpPort === 0 ? ["listen_tcp = 0"] : ["listen_tcp = 1", `tcp_port = "${tcpPort}"`];
  const tls = tlsPort === 0 ? ["listen_tls = 0"] : ["listen_tls = 1", `tls_port = "${tlsPort}"`];
  const files = pki === undefined ? [] : [`ca_file = "${pki}/cacert.pem"`];
  if (pki !== undefined) {
    files.push(`cert_file = "${pki}/servercert.pem"`, `key_file = "${pki}/serverkey.pem"`);
  }
  // After the options' own lines, since the first of a key counts.
  return ['listen_addr = "127.0.0.1"', 'auth_tcp = "none"', 'auth_tls = "none"', ...tcp, ...tls, ...files];
}

// Below those that the kernel gives to whoever connects, so that a server's port stays free while it restarts.
const [FIRST_PORT, LAST_PORT] = [20_000, 32_000];
const givenPorts = new Set<number>();

/** A port of 127.0.0.1 that nobody listens on at the moment, and that no other test of this process was given. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST_PORT, LAST_PORT);
    if (givenPorts.has(port) || !(await isFree(port))) continue;
    givenPorts.add(port);
    return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(false);
      else reject(error);
    });
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

async function spawnDaemon(
  options: LibvirtdOptions,
  dir: string,
  args: readonly string[],
): Promise<ChildProcess> {
  const { mode = "root", net = false, env = {} } = options;
  if (mode === "root") {
    const cache = join(tmpdir(), "libvirt-rpc-test-cache");
    await mkdir(cache, { recursive: true });
    const sockets =
      options.systemSockets === true ? 'umount /run/libvirt; mount --bind "$DIR/sock" /run/libvirt\n' : "";
    const script = `${NAMESPACE_SCRIPT}${sockets}${options.prepare ?? ""}\n${RUN_SCRIPT}`;
    return run(net, [script, "libvirtd", DAEMON, ...args], { CACHE: cache, DIR: dir, ...env });
  }
  const home = join(dir, "home");
  const runtime = join(home, "run");
  await mkdir(runtime, { recursive: true, mode: 0o700 });
  await Promise.all(
    [dir, join(dir, "sock"), home, runtime].map((path) => chown(path, SESSION_ID, SESSION_ID)),
  );
  const ids = ["--reuid", String(SESSION_ID), "--regid", String(SESSION_ID), "--clear-groups"];
  return run(
    net,
    [`mount -t proc proc /proc\n${RUN_SCRIPT}`, "libvirtd", "setpriv", ...ids, DAEMON, ...args],
    {
      HOME: home,
      XDG_RUNTIME_DIR: runtime,
      XDG_CONFIG_HOME: join(home, "config"),
      XDG_CACHE_HOME: join(home, "cache"),
      ...env,
    },
  );
}

export function run(
  net: boolean,
  script: readonly string[],
  env: Readonly<Record<string, string>>,
): ChildProcess {
  const path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  // Bound to this process, too: a test run that is killed leaves no daemon behind.
  const bound = ["--pdeathsig", "KILL", "unshare"];
  return spawn("setpriv", [...bound, ...(net ? ["--net"] : []), ...UNSHARE, ...script], {
    env: { PATH: path, LC_ALL: "C.UTF-8", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Gathers what a process prints. */
export function collect(child: ChildProcess): () => string {
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
  }
  return () => text;
}

/** Waits until somebody listens; whoever connects before the drivers are up gets its answer a little later. */
async function ready(child: ChildProcess, socket: string): Promise<void> {
  const end = Date.now() + READY_MS;
  while (!(await accepts(socket))) {
    if (child.exitCode !== null) throw new Error(`it exited with code ${child.exitCode}`);
    if (Date.now() > end) throw new Error(`nobody listens on ${socket} after ${READY_MS} ms`);
    await sleep(10);
  }
}

export function accepts(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

/** unshare → shell → libvirtd. */
async function daemonPid(child: ChildProcess): Promise<number> {
  const childOf = async (pid: number): Promise<number> => {
    for (;;) {
      const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
      if (children !== "") return Number(children.split(" ")[0]);
      await sleep(1);
    }
  };
  return await childOf(await childOf(child.pid ?? 0));
}

export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once("exit", resolve));
  const namespace = await namespaceOf(child);
  child.kill("SIGKILL");
  await exited;
  // The kernel ends a namespace's processes after its first one, guests among them.
  for (const limit = Date.now() + END_MS; namespace !== undefined && Date.now() < limit; await sleep(5)) {
    if (!(await isInhabited(namespace))) return;
  }
}

async function namespaceOf(child: ChildProcess): Promise<string | undefined> {
  try {
    const [first] = (await readFile(`/proc/${child.pid}/task/${child.pid}/children`, "utf8")).split(" ");
    return await readlink(`/proc/${first}/ns/pid`);
  } catch {
    // It never came so far.
    return undefined;
  }
}

async function isInhabited(namespace: string): Promise<boolean> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const namespaces = await Promise.all(
    pids.map((pid) => readlink(`/proc/${pid}/ns/pid`).catch(() => undefined)),
  );
  return namespaces.includes(namespace);
}
