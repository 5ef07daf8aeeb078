import { once } from "node:events";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { credentialSource } from "../../src/config/index.js";
import { AuthenticationError, InvalidConfigError } from "../../src/errors/index.js";
import {
  RemoteAuthListRet,
  RemoteAuthSaslInitRet,
  RemoteAuthSaslStartArgs,
} from "../../src/protocol/generated/remote/index.js";
import { SaslContext } from "../../src/sasl/index.js";
import { plainClient } from "../../src/sasl/plain.js";
import { StreamTransport } from "../../src/transport/stream-transport.js";
import { FakeDaemon } from "../protocol/fake-daemon.js";
import { TempDir } from "../transport/temp-dir.js";
import { run, virshEnv } from "../transport/virsh.js";

// Who python3-libvirt says it is, by SASL's PLAIN, for many an auth.conf and many places of it. Its /etc/libvirt is the
// test's, in a mount namespace; the machine's own is never touched.

const AUTH_LIST = 66;
const SASL_INIT = 67;
const SASL_START = 68;
const UID = 65534;

// virsh asks for what a file lacks, and never looks for whom to act as; this asks nobody, and looks for everything.
const PYTHON = `
import libvirt, sys

def missing(credentials, _):
    for credential in credentials:
        if credential[0] != libvirt.VIR_CRED_USERNAME:
            return -1
        credential[4] = ""
    return 0

libvirt.registerErrorHandler(lambda *_: None, None)
kinds = [libvirt.VIR_CRED_USERNAME, libvirt.VIR_CRED_AUTHNAME, libvirt.VIR_CRED_PASSPHRASE]
try:
    libvirt.openAuth(sys.argv[1], [kinds, missing, None])
except libvirt.libvirtError:
    sys.exit(1)
`;

const dir = new TempDir();
const socketPath = dir.join("sock");
const sockets = new Set<Socket>();
let heard: string[] = [];
let server: Server;
beforeAll(async () => {
  chmodSync(dir.path, 0o755);
  server = createServer((socket) => {
    sockets.add(socket);
    const far = new StreamTransport(socket, { peer: "virsh", secure: true, encrypted: false });
    new FakeDaemon(far).onCall = (call) => {
      if (call.procedure === AUTH_LIST) call.reply(RemoteAuthListRet, { types: [1] });
      else if (call.procedure === SASL_INIT) call.reply(RemoteAuthSaslInitRet, { mechlist: "PLAIN" });
      else {
        if (call.procedure === SASL_START) {
          const { data } = RemoteAuthSaslStartArgs.decode(call.packet.payload);
          heard.push(Buffer.from(data).toString("latin1"));
        }
        socket.destroy();
      }
    };
  });
  server.listen(socketPath);
  await once(server, "listening");
  chmodSync(socketPath, 0o777);
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
  dir[Symbol.dispose]();
});

type Place = "variable" | "named" | "user" | "home" | "system";

interface Case {
  /** The files there are. By default `$XDG_CONFIG_HOME/libvirt/auth.conf`. */
  readonly files: Readonly<Partial<Record<Place, string>>>;
  readonly uid?: number;
  /** What LIBVIRT_AUTH_FILE and `authfile` are, if not the files of that name. */
  readonly variable?: string;
  readonly named?: string;
}

const entry = (name: string): string =>
  `[credentials-c]\nauthname=${name}\npassword=p-${name}\n[auth-libvirt-localhost]\ncredentials=c\n`;
const GROUP = "[auth-libvirt-localhost]\ncredentials=c\n[credentials-c]\n";

const PLACES: readonly Case[] = [
  { files: {} },
  { files: { user: entry("user") } },
  { files: { home: entry("home") } },
  { files: { system: entry("system") } },
  { files: { user: entry("user"), system: entry("system") } },
  { files: { user: "", system: entry("system") } },
  { files: { named: entry("named"), user: entry("user"), system: entry("system") } },
  { files: { variable: entry("variable"), named: entry("named"), user: entry("user") } },
  { files: { variable: "", user: entry("user") } },
  { files: { user: entry("user") }, variable: "/nonexistent" },
  { files: { user: entry("user") }, named: "/nonexistent" },
  { uid: UID, files: { user: entry("user"), system: entry("system") } },
  { uid: UID, files: { home: entry("home") } },
  { uid: UID, files: { system: entry("system") } },
  { uid: UID, files: { variable: entry("variable"), named: entry("named") } },
];

const CONTENTS: readonly string[] = [
  `${GROUP}authname=a\npassword=b`,
  `${GROUP}authname=a\npassword=b\nusername=c\nrealm=d\n`,
  `${GROUP}authname=a\npassword=b\nusername=a\n`,
  `${GROUP}authname=a\n`,
  `${GROUP}password=b\n`,
  `${GROUP}authname=a\npassword=\n`,
  `${GROUP}authname=\npassword=b\n`,
  "[auth-libvirt-default]\ncredentials=c\n[credentials-c]\nauthname=a\npassword=b\n",
  `[auth-libvirt-default]\ncredentials=d\n[credentials-d]\nauthname=d\npassword=d\n${GROUP}authname=a\npassword=b\n`,
  "[auth-libvirt-otherhost]\ncredentials=c\n[credentials-c]\nauthname=a\npassword=b\n",
  "[auth-ssh-localhost]\ncredentials=c\n[credentials-c]\nauthname=a\npassword=b\n",
  "[auth-LIBVIRT-localhost]\ncredentials=c\n[credentials-c]\nauthname=a\npassword=b\n",
  "[auth-libvirt-localhost]\nother=c\n[credentials-c]\nauthname=a\npassword=b\n",
  "[auth-libvirt-localhost]\ncredentials=c\n",
  "[auth-libvirt-localhost]\ncredentials=my own\n[credentials-my own]\nauthname=a\npassword=b\n",
  "[auth-libvirt-localhost]\ncredentials=\n[credentials-]\nauthname=a\npassword=b\n",
  `# comment\n\n \t\n#[x]\n${GROUP}# authname=z\nauthname=a\n  # password=z\npassword=b\n`,
  `${GROUP}  authname  =  a\n\tpassword\t=\tb c\t\n`,
  `${GROUP}authname=\\s a \t\npassword=b\nusername=c\\t \n`,
  `${GROUP}authname=a\npassword=b \t\n`,
  `${GROUP}authname=a\npassword=b\t \n`,
  `${GROUP}authname=a\npassword=\v\fb\v\n`,
  `${GROUP}authname=a\npassword=\u00a0b\u00a0\n`,
  `${GROUP}authname=a\r\npassword=b\r\r\n`,
  `${GROUP}authname=a\npassword=b \r\n`,
  `${GROUP}authname\t=a\n\u00a0password=b\n`,
  `${GROUP}authname=a\npassword=b;c\n`,
  `${GROUP}authname=a\npassword==b=#c\n`,
  `${GROUP}authname=a\npassword="b"\n`,
  `${GROUP}authname=a\\sb\npassword=\\sb\\tc\\\\d\\s\n`,
  `${GROUP}authname=a\npassword=b\\nc\\rd\n`,
  `${GROUP}authname=a\npassword=b\\xc\n`,
  `${GROUP}authname=a\npassword=b\\\n`,
  `${GROUP}authname=ä\npassword=ψ€\n`,
  `${GROUP}authname=a\npassword=first\npassword=second\n`,
  `${GROUP}authname=a\n[credentials-c]\npassword=b\n`,
  `${GROUP}authname=a\n[other]\npassword=z\n[credentials-c]\nauthname=again\npassword=b\n`,
  `${GROUP}AUTHNAME=z\nauthname=a\nPassword=z\npassword=b\n`,
  `${GROUP}authname=a\npassword[de]=z\npassword=b\n`,
  `${GROUP}authname=a\npassword[de]=z\n`,
  `  [auth-libvirt-localhost]\n  credentials=c\n[credentials-c]  \nauthname=a\npassword=b\n`,
  entry("crlf").replaceAll("\n", "\r\n"),
  `authname=a\n${entry("late")}`,
  `${entry("a")}garbage\n`,
  `${entry("a")}=x\n`,
  `${entry("a")}[open\n`,
  `${entry("a")}[]\nx=1\n`,
  `${entry("a")}[x] more\n`,
  `${entry("a")}[a[b]]\n`,
  `${entry("a")}my key=1\n`,
  `${entry("a")}; no comment\n`,
  `\uFEFF${entry("a")}`,
];

const CASES: readonly Case[] = [...PLACES, ...CONTENTS.map((user) => ({ files: { user } }))];

interface Settings {
  readonly env: Readonly<Record<string, string>>;
  readonly etcDir: string;
  readonly authfile: string | undefined;
}

/** Lays the case's files out, for virsh and for us alike. */
function settings({ files, variable, named }: Case, index: number): Settings {
  const base = dir.join(String(index));
  for (const each of ["etc", "xdg/libvirt", "home/.config/libvirt"]) {
    mkdirSync(`${base}/${each}`, { recursive: true });
  }
  const paths: Readonly<Record<Place, string>> = {
    variable: `${base}/variable`,
    named: `${base}/named`,
    user: `${base}/xdg/libvirt/auth.conf`,
    home: `${base}/home/.config/libvirt/auth.conf`,
    system: `${base}/etc/auth.conf`,
  };
  for (const [place, text] of Object.entries(files)) writeFileSync(paths[place as Place], text);
  const env: Record<string, string> = { HOME: `${base}/home` };
  env.XDG_CONFIG_HOME = files.home === undefined ? `${base}/xdg` : "";
  const file = variable ?? (files.variable === undefined ? undefined : paths.variable);
  if (file !== undefined) env.LIBVIRT_AUTH_FILE = file;
  const authfile = named ?? (files.named === undefined ? undefined : paths.named);
  return { env, etcDir: `${base}/etc`, authfile };
}

/** What is sent, with every character to be seen; "nothing" if it does not come so far. */
function shown(message: string | undefined): string {
  return message === undefined ? "nothing" : JSON.stringify(message);
}

async function theirs({ uid = 0 }: Case, { env, etcDir, authfile }: Settings): Promise<string> {
  heard = [];
  const query = authfile === undefined ? "" : `&authfile=${authfile}`;
  const script = 'mount --bind "$1" /etc/libvirt; shift; exec "$@"';
  const who = ["setpriv", `--reuid=${uid}`, `--regid=${uid}`, "--clear-groups"];
  const args = ["--mount", "--propagation", "private", "bash", "-c", script, "bash", etcDir, ...who];
  const uri = `test+unix:///default?socket=${socketPath}${query}`;
  const command = [...args, "/usr/bin/python3", "-c", PYTHON, uri];
  expect(await run("unshare", command, { env: virshEnv(env) })).toEqual({ status: 1, text: "" });
  expect(heard.length).toBeLessThan(2);
  return shown(heard[0]);
}

async function ours({ uid = 0 }: Case, { env, etcDir, authfile }: Settings): Promise<string> {
  const credentials = credentialSource({}, { env, euid: uid, etcDir, authfile });
  const context = new SaslContext({ host: "localhost", peer: "it", secure: true, credentials });
  try {
    return shown(Buffer.from((await plainClient(context).start()) ?? []).toString("latin1"));
  } catch (error) {
    if (error instanceof InvalidConfigError || error instanceof AuthenticationError) return shown(undefined);
    throw error;
  }
}

describe("who libvirt says it is", () => {
  it.each(CASES.map((each, index) => [JSON.stringify(each), each, index] as const))(
    "we say, too: %s",
    async (_, each, index) => {
      const where = settings(each, index);
      expect(await ours(each, where)).toBe(await theirs(each, where));
    },
  );
});

describe("what is different on purpose", () => {
  it.each<[string, Case, string]>([
    [
      "LIBVIRT_AUTH_FILE",
      { files: { user: entry("user"), named: entry("named") }, variable: "" },
      "\0named\0p-named",
    ],
    ["authfile=", { files: { user: entry("user") }, named: "" }, "\0user\0p-user"],
  ])("an empty %s names no file, where libvirt cannot read it", async (what, each, message) => {
    const where = settings(each, CASES.length + what.length);
    expect(await theirs(each, where)).toBe(shown(undefined));
    expect(await ours(each, where)).toBe(shown(message));
  });
});
