import { beforeAll, describe, expect, it } from "@jest/globals";
import {
  chooseSocket,
  parseUri,
  type RemoteMode,
  type SocketEnvironment,
} from "../../src/transport/index.js";
import { run, virshEnv } from "./virsh.js";

// Which socket virsh takes, as its debug log tells, for many URIs, users and layouts of /run. Each layout is a tmpfs
// over /run and /etc/libvirt in a mount namespace of its own; the machine's own files are never touched.

const UID = 65534;

interface Layout {
  readonly name: string;
  readonly files: readonly string[];
  readonly remoteMode?: RemoteMode;
}

interface Client {
  readonly uid: number;
  readonly readOnly: boolean;
  readonly env: Readonly<Record<string, string>>;
}

const SYSTEM = "/run/libvirt";
const SESSION = "/run/user/libvirt";

const LAYOUTS: readonly Layout[] = [
  { name: "nothing", files: [] },
  {
    name: "libvirtd",
    files: [`${SYSTEM}/libvirt-sock`, `${SYSTEM}/libvirt-sock-ro`, `${SESSION}/libvirt-sock`],
  },
  {
    name: "modular daemons",
    files: [
      `${SYSTEM}/virtqemud-sock`,
      `${SYSTEM}/virtqemud-sock-ro`,
      `${SYSTEM}/virtxend-sock`,
      `${SESSION}/virtqemud-sock`,
    ],
  },
  {
    name: "modular daemons and virtproxyd",
    files: [
      `${SYSTEM}/virtqemud-sock`,
      `${SYSTEM}/virtqemud-sock-ro`,
      `${SYSTEM}/libvirt-sock`,
      `${SYSTEM}/libvirt-sock-ro`,
      `${SESSION}/virtqemud-sock`,
      `${SESSION}/libvirt-sock`,
    ],
  },
  { name: "a read-only socket alone", files: [`${SYSTEM}/virtqemud-sock-ro`, `${SYSTEM}/libvirt-sock`] },
  { name: "remote_mode legacy", files: [`${SYSTEM}/virtqemud-sock`], remoteMode: "legacy" },
  { name: "remote_mode direct", files: [`${SYSTEM}/libvirt-sock`], remoteMode: "direct" },
];

const CLIENTS: readonly Client[] = [
  { uid: 0, readOnly: false, env: { XDG_RUNTIME_DIR: "/run/user", HOME: "/run/home" } },
  { uid: 0, readOnly: true, env: { HOME: "/run/home" } },
  { uid: UID, readOnly: false, env: { XDG_RUNTIME_DIR: "/run/user", HOME: "/run/home" } },
  { uid: UID, readOnly: true, env: { XDG_RUNTIME_DIR: "/run/user", XDG_CACHE_HOME: "/run/cache" } },
];

// Read-only changes only the name of the system's sockets: the first few URIs show it.
const READ_ONLY_URIS = 12;

const URIS: readonly (string | undefined)[] = [
  undefined,
  "qemu:///system",
  "qemu:///session",
  "qemu+unix:///system",
  "qemu+unix:///session",
  "qemu:///%73ession",
  "qemu:///session/",
  "qemu:/session",
  "qemu:session",
  "qemu:///",
  "qemu:///system?mode=auto",
  "qemu:///system?mode=legacy",
  "qemu:///system?mode=direct",
  "qemu:///session?mode=direct",
  "qemu:///session?mode=legacy",
  "qemu:///system?mode=legacy&Mode=direct",
  "qemu:///system?socket=/nowhere/sock",
  "qemu:///session?mode=direct&socket=/nowhere/sock",
  "test+unix:///default",
  "Test+unix:///default",
  "TEST+unix:///session",
  "QEMU:///system?mode=direct",
  "lxc:///system",
  "lxc:///",
  "xen:///system",
  "xen",
  "xen://",
  "remote:///",
  "remote:///session",
  "remote+unix:///system?mode=direct",
  "a-b.c:///x?mode=direct",
  "qemu:///system?name=lxc:///system",
  "qemu:///session?name=qemu:///system",
  "remote:///?name=qemu:///session",
  "remote+unix:///session",
  "remote+unix:///?mode=legacy",
  "qemu:///system?mode=legacy&socket=/nowhere/sock",
  "qemu:///session?Socket=/nowhere/sock",
  "qemu:///system?socket=/nowhere/a&socket=/nowhere/b",
  "qemu:///system?socket=relative",
  "qemu:///session#f",
  "qemu:///session?x=1;mode=direct",
  "qemu://///session",
  "qemu:///SESSION",
  "qemu:///systemx",
  "qemu:///embed",
  "network:///system",
  "network:///session?mode=direct",
  "nodedev:///system",
  "secret:///session",
  "interface:///system?mode=direct",
  "storage:///system?mode=legacy",
  "nwfilter:///system",
  "ch:///session",
  "vbox:///session",
  "bhyve:///system",
  "vz:///system",
  "xen+unix:///system",
  "lxc+unix:///session?mode=direct",
];

const ENVIRONMENTS: readonly Record<string, string>[] = [
  { XDG_RUNTIME_DIR: "/run/a", XDG_CACHE_HOME: "/run/b", HOME: "/run/home" },
  { XDG_CACHE_HOME: "/run/b", HOME: "/run/home" },
  { HOME: "/run/home" },
  { XDG_RUNTIME_DIR: "", XDG_CACHE_HOME: "", HOME: "/run/home" },
];

interface Case {
  readonly uri: string | undefined;
  readonly client: Client;
}

const SETUP = `
set -e
mount -t tmpfs -o mode=0755 tmpfs /run
mount -t tmpfs -o mode=0755 tmpfs /etc/libvirt
mkdir -p /run/libvirt /run/user/libvirt /run/home /run/config/libvirt
chmod 777 /run /run/home
if [ -n "$REMOTE_MODE" ]; then
  echo "remote_mode = \\"$REMOTE_MODE\\"" | tee /etc/libvirt/libvirt.conf >/run/config/libvirt/libvirt.conf
fi
for file in $FILES; do : >"$file"; done
set +e
`;

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function command({ uri, client }: Case): string {
  const settings = Object.entries(client.env).map(([name, value]) => `${name}=${quote(value)}`);
  const who = client.uid === 0 ? "" : `setpriv --reuid=${client.uid} --regid=${client.uid} --clear-groups`;
  const options = [client.readOnly ? "-r" : "", uri === undefined ? "" : `-c ${quote(uri)}`];
  const chosen = "grep -ao 'Chosen UNIX sock.*' | head -n 1";
  return `echo "$(${who} env -u HOME ${settings.join(" ")} virsh ${options.join(" ")} uri 2>&1 </dev/null | ${chosen})"`;
}

/** Virsh's choice for each case, as "path mode". */
async function virsh(layout: Layout, cases: readonly Case[]): Promise<string[]> {
  const script = SETUP + cases.map(command).join("\n");
  const env = virshEnv({
    FILES: layout.files.join(" "),
    REMOTE_MODE: layout.remoteMode ?? "",
    XDG_CONFIG_HOME: "/run/config",
    LIBVIRT_DEBUG: "1",
    LIBVIRT_LOG_FILTERS: "1:remote",
    LIBVIRT_LOG_OUTPUTS: "1:stderr",
  });
  const args = ["--mount", "--propagation", "private", "bash", "-c", script];
  const { status, text } = await run("unshare", args, { env, timeoutMs: 110_000 });
  const lines = text.trimEnd().split("\n");
  if (status !== 0 || lines.length !== cases.length) throw new Error(`unshare bash gave ${status}:\n${text}`);
  return lines.map((line) => {
    const given = /^Chosen UNIX socket (.*)$/.exec(line)?.[1];
    if (given !== undefined) return `${given} given`;
    const match = /^Chosen UNIX sockname=(\S+) .*mode=(\w+)$/.exec(line);
    return match === null ? `refused ${line}`.trimEnd() : `${match[1]} ${match[2]}`;
  });
}

function ours(layout: Layout, { uri, client }: Case): string {
  const options: SocketEnvironment = {
    readOnly: client.readOnly,
    euid: client.uid,
    env: client.env,
    probe: (path) => (layout.files.includes(path.replace(/^\/var\/run\//, "/run/")) ? undefined : "ENOENT"),
    ...(layout.remoteMode === undefined ? {} : { remoteMode: layout.remoteMode }),
  };
  try {
    const choice = chooseSocket(uri === undefined ? undefined : parseUri(uri), options);
    return `${choice.path} ${choice.mode ?? "given"}`;
  } catch {
    return "refused";
  }
}

async function compare(layout: Layout, cases: readonly Case[]): Promise<void> {
  const theirs = await virsh(layout, cases);
  const label = ({ uri, client }: Case): string => `${uri} ${JSON.stringify(client)}`;
  const table = (answers: readonly (string | undefined)[]): string[] =>
    cases.map((each, index) => `${label(each)} => ${answers[index]}`);
  expect(table(cases.map((each) => ours(layout, each)))).toEqual(table(theirs));
}

beforeAll(() => {
  if (process.geteuid?.() !== 0) throw new Error("These tests make mount namespaces and must run as root.");
});

describe("the socket that virsh takes", () => {
  it.each(LAYOUTS)("is ours too with $name", async (layout) => {
    await compare(
      layout,
      CLIENTS.flatMap((client) =>
        URIS.slice(0, client.readOnly ? READ_ONLY_URIS : URIS.length).map((uri) => ({ uri, client })),
      ),
    );
  });

  it("is ours too in every environment", async () => {
    const cases = ENVIRONMENTS.flatMap((env) =>
      ["qemu:///session", "qemu:///system", "test+unix:///default", undefined].map((uri) => ({
        uri,
        client: { uid: UID, readOnly: false, env },
      })),
    );
    await compare({ name: "nothing", files: [] }, cases);
  });
});
