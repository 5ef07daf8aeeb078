import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { childrenOf } from "./sshd.js";
import { run } from "./virsh.js";

/** A host with a real avahi-daemon on a link of its own, and a client at the other end of that link. */
export interface AvahiLink {
  readonly dir: string;
  /** The command line that runs a command at the client's end. */
  asClient(command: readonly string[]): string[];
  /** The command line that runs a command on the host. */
  asHost(command: readonly string[]): string[];
  /** Has the host announce a daemon, as those before libvirt 5.5.0 do: the type and a port, and nothing else. */
  announce(name: string, port: number): Promise<void>;
  /** Takes the announcement back. */
  withdraw(name: string): Promise<void>;
  stop(): Promise<void>;
}

export const AVAHI_HOST = "db1";
export const AVAHI_ADDRESS = "10.99.0.1";
const READY_MS = 60_000;

const SCRIPT = `
set -e
mount -t proc proc /proc
mount -t tmpfs -o mode=0755 tmpfs /run
mkdir /run/dbus /run/avahi-daemon
mount --bind "$DIR/services" /etc/avahi/services
unshare --net sleep infinity & host=$!
while [ "$(readlink /proc/$host/ns/net)" = "$(readlink /proc/self/ns/net)" ]; do sleep 0.01; done
echo $host > "$DIR/host"
there() { nsenter --target $host --net -- "$@"; }
ip link add client type veth peer name host
ip link set host netns $host
ip link set lo up; ip addr add 10.99.0.2/24 dev client; ip link set client up
there ip link set lo up; there ip addr add ${AVAHI_ADDRESS}/24 dev host; there ip link set host up
dbus-daemon --system --fork --nopidfile
touch "$DIR/avahi.log"
there avahi-daemon --file "$DIR/avahi.conf" --no-drop-root --no-chroot --no-rlimits > "$DIR/avahi.log" 2>&1 &
until grep -q 'startup complete' "$DIR/avahi.log"; do sleep 0.02; done
touch "$DIR/ready"
wait
`;

/** Starts both ends in namespaces of their own. Needs root. */
export async function startAvahiLink(): Promise<AvahiLink> {
  const dir = await mkdtemp(join(tmpdir(), "avahi-"));
  const services = join(dir, "services");
  await mkdir(services);
  const conf = ["[server]", `host-name=${AVAHI_HOST}`, "allow-interfaces=host", "use-ipv6=no"];
  await writeFile(join(dir, "avahi.conf"), [...conf, "[publish]", "publish-workstation=no", ""].join("\n"));
  const unshare = [
    "unshare",
    "--mount",
    "--net",
    "--pid",
    "--fork",
    "--kill-child",
    "--propagation",
    "private",
  ];
  const child = spawn("setpriv", ["--pdeathsig", "KILL", ...unshare, "bash", "-c", SCRIPT], {
    env: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C", DIR: dir },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL");
    await exited;
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await ready(join(dir, "ready"), () => child.exitCode);
  } catch (error) {
    await stop();
    throw new Error(`avahi-daemon did not come up: ${String(error)}\n${stderr}`, { cause: error });
  }
  const [inner] = await childrenOf(child.pid);
  let written = 0;
  const enter = ["nsenter", "--target", String(inner), "--mount", "--net", "--pid", "--"];
  const asClient = (command: readonly string[]): string[] => [...enter, ...command];
  const host = ["sh", "-c", 'exec nsenter --target "$(cat "$0")" --net -- "$@"', join(dir, "host")];
  return {
    dir,
    asClient,
    asHost: (command) => asClient([...host, ...command]),
    async announce(name, port) {
      const service = `<service><type>_libvirt._tcp</type><port>${port}</port></service>`;
      const text = `<service-group><name>${name}</name>${service}</service-group>\n`;
      // Avahi watches the folder, and is to see the file when it is complete. It tells a new one by its time, in
      // whole seconds.
      const draft = join(dir, "draft");
      await writeFile(draft, `<!DOCTYPE service-group SYSTEM "avahi-service.dtd">\n${text}`);
      await utimes(draft, ++written, written);
      await rename(draft, join(services, `${name}.service`));
    },
    withdraw: (name) => rm(join(services, `${name}.service`)),
    stop,
  };
}

/** What avahi-browse of the host finds: lines of `name;host;address;port`. */
export async function avahiBrowse(link: AvahiLink): Promise<string[]> {
  const [program = "", ...args] = link.asHost(["avahi-browse", "-rpt", "_libvirt._tcp"]);
  const { stdout } = await run(program, args);
  const found = stdout.split("\n").filter((line) => line.startsWith("="));
  return found.map((line) => {
    const [, , , name = "", , , host, address, port] = line.split(";");
    const plain = name.replace(/\\(\d{3})/g, (_, code: string) => String.fromCharCode(Number(code)));
    return [plain, host, address, port].join(";");
  });
}

async function ready(file: string, exitCode: () => number | null): Promise<void> {
  for (const end = Date.now() + READY_MS; !existsSync(file); await sleep(10)) {
    if (exitCode() !== null) throw new Error(`it exited with code ${exitCode()}`);
    if (Date.now() > end) throw new Error(`it was not ready after ${READY_MS} ms`);
  }
}
