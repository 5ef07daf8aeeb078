import type { ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { accepts, collect, end, freePort, run as runInNamespaces } from "./libvirtd.js";
import { childrenOf } from "./sshd.js";
import { run } from "./virsh.js";

/** Each driver's own daemon, and virtproxyd, which speaks for all of them. */
export const MODULAR_DAEMONS: readonly string[] = [
  ...["qemu", "network", "storage", "nodedev", "nwfilter", "secret", "interface"].map(
    (name) => `virt${name}d`,
  ),
  "virtproxyd",
];

export interface NewerOptions {
  /** Which daemons to start: the modular ones by default, or `["libvirtd"]`. */
  readonly programs?: readonly string[];
  /** Listens on a TCP port of 127.0.0.1 as well, which `tcpPort` tells. */
  readonly tcp?: boolean;
  /** More lines for every daemon's configuration, which go before ours: libvirt takes the first of a key. */
  readonly conf?: readonly string[];
}

/** Daemons of the next Debian's libvirt, of which nothing is left after `stop()`. */
export interface NewerDaemons {
  readonly dir: string;
  /** 0 if none listens there. */
  readonly tcpPort: number;
  /** The socket of a daemon; libvirtd and virtproxyd have the same. */
  socket(program: string, readOnly?: boolean): string;
  /** The command line that runs one of this machine's programs in the daemons' namespaces, with sockets where every client looks first. */
  inside(command: readonly string[]): string[];
  /** The same for a program of the daemons' own system, such as its virsh. */
  insideRoot(command: readonly string[]): string[];
  /** Sends a signal to one of them. When one ends, all do. */
  kill(program: string, signal: NodeJS.Signals): Promise<void>;
  logs(): string;
  stop(): Promise<void>;
}

const MAKE_MS = 540_000;
const READY_MS = 60_000;

let made: Promise<string> | undefined;

/** The root folder of a system with a newer libvirt and QEMU, which is made if need be. Only to be read. */
export function newerRoot(): Promise<string> {
  made ??= makeRoot();
  return made;
}

async function makeRoot(): Promise<string> {
  const env = { XDG_CACHE_HOME: process.env.XDG_CACHE_HOME ?? "", HOME: process.env.HOME ?? "" };
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const { code, stdout, stderr } = await run("./scripts/newer-libvirt.sh", [], {
    env: set,
    timeoutMs: MAKE_MS,
  });
  if (code !== 0) throw new Error(`there is no newer libvirt to test with: ${stderr}`);
  return stdout.trim();
}

// The root lies below a layer that takes all changes and goes with the namespace. What the daemons make for others,
// sockets and guests' files, is at the same path on both sides.
const SCRIPT = `
set -e
mount -t proc proc /proc
mount -t tmpfs tmpfs "$DIR/layers"
mkdir "$DIR/layers/upper" "$DIR/layers/work"
root="$DIR/root"
mount -t overlay -o "lowerdir=$ROOT,upperdir=$DIR/layers/upper,workdir=$DIR/layers/work" overlay "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount --rbind /sys "$root/sys"
mkdir -p /run/libvirt /etc/libvirt "$root/run/libvirt" "$root/var/cache/libvirt" "$root$DIR"
mount --bind "$DIR" "$root$DIR"
mount --bind "$DIR/sock" "$root/run/libvirt"
mount --bind "$DIR/sock" /run/libvirt
mount -t tmpfs tmpfs /etc/libvirt
mount --bind "$CACHE" "$root/var/cache/libvirt"
cp "$DIR"/conf/*.conf "$root/etc/libvirt/"
for program in $PROGRAMS; do
  chroot "$root" "/usr/sbin/$program" $([ $program != libvirtd ] || echo "$LISTEN") &
done
wait -n
`;
const QEMU_CONF = [
  'security_driver = "none"',
  'user = "root"',
  'group = "root"',
  "cgroup_controllers = []",
  "namespaces = []",
  "remember_owner = 0",
  'stdio_handler = "file"',
];

/** Starts daemons of a newer libvirt in namespaces of their own and waits until all of them listen. Needs root. */
export async function startNewer(options: NewerOptions = {}): Promise<NewerDaemons> {
  const { programs = MODULAR_DAEMONS, conf = [] } = options;
  const root = await newerRoot();
  const tcpPort = options.tcp === true ? await freePort() : 0;
  const dir = await mkdtemp(join(tmpdir(), "newer-"));
  await chmod(dir, 0o755);
  const cache = `${root}.probed`;
  for (const folder of ["sock", "conf", "layers", "root"]) await mkdir(join(dir, folder));
  await mkdir(cache, { recursive: true });
  await writeFile(join(dir, "conf", "qemu.conf"), `${QEMU_CONF.join("\n")}\n`);
  for (const program of programs) {
    const lines = [...conf, ...confLines(join(dir, `${program}.log`), tcpPort)];
    await writeFile(join(dir, "conf", `${program}.conf`), `${lines.join("\n")}\n`);
  }
  const child = runInNamespaces(false, [SCRIPT, "newer"], {
    DIR: dir,
    ROOT: root,
    CACHE: cache,
    PROGRAMS: programs.join(" "),
    LISTEN: tcpPort === 0 ? "" : "--listen",
  });
  const output = collect(child);
  const logs = (): string =>
    output() + programs.map((program) => logOf(join(dir, `${program}.log`))).join("");
  const stop = async (): Promise<void> => {
    await end(child);
    await rm(dir, { recursive: true, force: true });
  };
  const socket = (program: string, readOnly = false): string =>
    join(dir, "sock", `${socketPrefix(program)}-sock${readOnly ? "-ro" : ""}`);
  let pid: number;
  try {
    for (const program of programs) await ready(child, socket(program));
    pid = Number((await readFile(`/proc/${child.pid}/task/${child.pid}/children`, "utf8")).split(" ")[0]);
  } catch (error) {
    const text = logs();
    await stop();
    throw new Error(`the newer daemons did not come up: ${String(error)}\n${text.slice(-2000)}`, {
      cause: error,
    });
  }
  const inside = (command: readonly string[]): string[] => [
    "nsenter",
    "--target",
    String(pid),
    "--mount",
    "--pid",
    "--",
    ...command,
  ];
  return {
    dir,
    tcpPort,
    socket,
    inside,
    insideRoot: (command) => inside(["chroot", join(dir, "root"), ...command]),
    async kill(program, signal) {
      for (const each of await childrenOf(pid)) {
        // The kernel keeps the first 15 bytes of a name.
        const name = (await readFile(`/proc/${each}/comm`, "utf8")).trim();
        if (name !== program.slice(0, 15)) continue;
        process.kill(each, signal);
        return;
      }
      throw new Error(`no ${program} runs`);
    },
    logs,
    stop,
  };
}

function socketPrefix(program: string): string {
  return program === "libvirtd" || program === "virtproxyd" ? "libvirt" : program;
}

function confLines(log: string, tcpPort: number): string[] {
  const tcp = tcpPort === 0 ? ["listen_tcp = 0"] : ["listen_tcp = 1", `tcp_port = "${tcpPort}"`];
  return [
    'unix_sock_rw_perms = "0777"',
    'unix_sock_ro_perms = "0777"',
    'auth_unix_rw = "none"',
    'auth_unix_ro = "none"',
    `log_outputs = "3:file:${log}"`,
    // Only those that speak for others know of these.
    "listen_tls = 0",
    'listen_addr = "127.0.0.1"',
    'auth_tcp = "none"',
    ...tcp,
  ];
}

function logOf(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

async function ready(child: ChildProcess, socket: string): Promise<void> {
  const giveUp = Date.now() + READY_MS;
  while (!(await accepts(socket))) {
    if (child.exitCode !== null) throw new Error(`one of them exited with code ${child.exitCode}`);
    if (Date.now() > giveUp) throw new Error(`nobody listens on ${socket} after ${READY_MS} ms`);
    await sleep(10);
  }
}
