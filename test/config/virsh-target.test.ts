import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { resolveTarget } from "../../src/config/index.js";
import { InvalidConfigError, InvalidUriError } from "../../src/errors/index.js";
import { ConnectError, connect } from "../../src/index.js";
import { chooseSocket, openName, parseUri } from "../../src/transport/index.js";
import { OpenRecorder } from "../transport/open-recorder.js";
import { TempDir } from "../transport/temp-dir.js";
import { run, virshEnv } from "../transport/virsh.js";

// Where virsh goes for a URI, an alias or nothing, under settings of all kinds: what it sends to a recorder, or which
// socket it looks for. Its /etc/libvirt is a tmpfs in a mount namespace; the machine's own is never touched.

const UID = 65534;
const dir = new TempDir();
let recorder: OpenRecorder;

beforeAll(async () => {
  chmodSync(dir.path, 0o755);
  recorder = await OpenRecorder.listen(dir.join("sock"));
  chmodSync(recorder.socketPath, 0o777);
});
afterAll(async () => {
  await recorder.close();
  dir[Symbol.dispose]();
});

interface Case {
  /** libvirt.conf; SOCK is the recorder's path. */
  readonly conf?: string;
  readonly uri?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Whose settings: root's by default. */
  readonly uid?: number;
  /** Where the file of an ordinary user lies; `$XDG_CONFIG_HOME/libvirt` by default. */
  readonly home?: "xdg" | "home";
}

const ALIASES = `uri_aliases = [
  "one=test+unix:///one?socket=SOCK",
  "two=test+unix:///two?socket=SOCK&x=1",
  "One=test+unix:///capital?socket=SOCK",
  "one=test+unix:///again?socket=SOCK",
  "a_b-9=test+unix:///odd?socket=SOCK",
  "three=one",
  "=test+unix:///empty?socket=SOCK",
]
`;
const DEFAULT = 'uri_default = "test+unix:///default?socket=SOCK"\n';

const CASES: readonly Case[] = [
  { uri: "test+unix:///plain?socket=SOCK" },
  { conf: ALIASES, uri: "one" },
  { conf: ALIASES, uri: "two" },
  { conf: ALIASES, uri: "One" },
  { conf: ALIASES, uri: "ONE" },
  { conf: ALIASES, uri: "a_b-9" },
  { conf: ALIASES, uri: "three" },
  { conf: ALIASES, uri: "four" },
  { conf: ALIASES, uri: "on" },
  { conf: ALIASES, uri: "one " },
  { conf: ALIASES, uri: "test+unix:///plain?socket=SOCK" },
  { conf: DEFAULT },
  { conf: DEFAULT, uri: "test+unix:///plain?socket=SOCK" },
  { conf: DEFAULT, env: { LIBVIRT_DEFAULT_URI: "test+unix:///env?socket=SOCK" } },
  { conf: DEFAULT, env: { LIBVIRT_DEFAULT_URI: "" } },
  { env: { LIBVIRT_DEFAULT_URI: "test+unix:///env?socket=SOCK" } },
  { conf: ALIASES, env: { LIBVIRT_DEFAULT_URI: "one" } },
  { conf: `${ALIASES}uri_default = "two"\n` },
  { conf: 'uri_default = ""\n', env: { LIBVIRT_DEFAULT_URI: "test+unix:///env?socket=SOCK" } },
  { conf: `uri_default='test+unix:///single?socket=SOCK'` },
  { conf: `uri_default="""test+unix:///triple?socket=SOCK"""\n` },
  { conf: `  uri_default\t=\t"test+unix:///tabs?socket=SOCK"  # comment\n` },
  { conf: `${DEFAULT}uri_default = "test+unix:///second?socket=SOCK"\n` },
  { conf: `# uri_default = "test+unix:///comment?socket=SOCK"\n${DEFAULT}` },
  { conf: `other = 5\nyet_another_1 = [ 1, "x", [ -2 ] ]\n\n${DEFAULT}` },
  { conf: `yet.another = 1\n${DEFAULT}` },
  { conf: `yet-another = 1\n${DEFAULT}` },
  { conf: `x = 1; y = "2"; ${DEFAULT}` },
  { conf: `x = +1\n${DEFAULT}` },
  { conf: `x = "a\\"b"\n${DEFAULT}` },
  { conf: `x = """a\n"b"""\n${DEFAULT}` },
  { conf: `x = "a\nb"\n${DEFAULT}` },
  { conf: `x =\n1\n${DEFAULT}` },
  { conf: `x = [ 1, # one\n 2 ]\n${DEFAULT}` },
  { conf: `x = []\n${DEFAULT}` },
  { conf: `x = [ 1, ]\n${DEFAULT}` },
  { conf: `x = [\n 1\n ,\n 2 ]\n${DEFAULT}` },
  { conf: `x = [\n# nothing\n 1 ]\n${DEFAULT}` },
  { conf: DEFAULT.replaceAll("\n", "\r\n") },
  { conf: "uri_default = 5\n" },
  { conf: 'uri_default = [ "x" ]\n' },
  { conf: `uri_default = "unterminated\n` },
  { conf: `uri_default = unquoted\n` },
  { conf: `uri_default "x"\n` },
  { conf: `${DEFAULT}garbage\n` },
  { conf: `x = 1 2\n${DEFAULT}` },
  { conf: `x = [ 1 2 ]\n${DEFAULT}` },
  { conf: `x = [ 1, 2\n${DEFAULT}` },
  { conf: `1x = 1\n${DEFAULT}` },
  { conf: `x =\n${DEFAULT}` },
  { conf: 'uri_aliases = "one=test+unix:///one?socket=SOCK"\n', uri: "one" },
  { conf: 'uri_aliases = "one=test+unix:///one?socket=SOCK"\n', uri: "test+unix:///p?socket=SOCK" },
  { conf: 'uri_aliases = [ "one" ]\n', uri: "one" },
  { conf: 'uri_aliases = [ "o.ne=test+unix:///one?socket=SOCK" ]\n', uri: "o.ne" },
  { conf: 'uri_aliases = [ "one=test+unix:///one?socket=SOCK", "b d" ]\n', uri: "one" },
  { conf: 'uri_aliases = [ "b d", "one=test+unix:///one?socket=SOCK" ]\n', uri: "one" },
  { conf: 'uri_aliases = [ 5, "one=test+unix:///one?socket=SOCK" ]\n', uri: "one" },
  { conf: 'remote_mode = "bogus"\n', uri: "test+unix:///p?socket=SOCK" },
  { conf: 'remote_mode = "bogus"\n', uri: "test+unix:///p?socket=SOCK&mode=legacy" },
  { conf: 'remote_proxy = "bogus"\n', uri: "test+unix:///p?socket=SOCK" },
  { conf: "remote_mode = 1\n", uri: "test+unix:///p?socket=SOCK" },
  { conf: 'remote_mode = "legacy"\n', uri: "test+unix:///p?socket=SOCK" },
  { uid: UID, conf: DEFAULT },
  { uid: UID, conf: DEFAULT, home: "home" },
  { uid: UID, conf: ALIASES, uri: "two" },
  { uid: UID, conf: DEFAULT, env: { LIBVIRT_DEFAULT_URI: "test+unix:///env?socket=SOCK" } },
  { uid: UID, conf: "garbage\n", uri: "test+unix:///p?socket=SOCK" },
  { uid: UID, conf: 'remote_mode = "direct"\n', uri: "test+unix:///p?socket=SOCK" },
];

const ETC = `
set -e
mount -t tmpfs -o mode=0755 tmpfs /etc/libvirt
[ -z "$CONF" ] || printf %s "$CONF" > /etc/libvirt/libvirt.conf
exec "$@"
`;

function fill(text: string): string {
  return text.replaceAll("SOCK", recorder.socketPath);
}

interface Settings {
  readonly env: Readonly<Record<string, string>>;
  readonly etcDir: string;
}

/** Lays the case's files out, for virsh and for us alike. */
function settings({ conf, uid = 0, env = {}, home = "xdg" }: Case, index: number): Settings {
  const base = dir.join(String(index));
  const etcDir = `${base}/etc`;
  const userDir = home === "xdg" ? `${base}/xdg/libvirt` : `${base}/home/.config/libvirt`;
  for (const each of [etcDir, userDir]) mkdirSync(each, { recursive: true });
  if (conf !== undefined) writeFileSync(`${uid === 0 ? etcDir : userDir}/libvirt.conf`, fill(conf));
  const filled = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, fill(value)]));
  const xdg = home === "xdg" ? { XDG_CONFIG_HOME: `${base}/xdg` } : { XDG_CONFIG_HOME: "" };
  return { etcDir, env: { HOME: `${base}/home`, ...xdg, ...filled } };
}

async function virsh(each: Case, { env }: Settings): Promise<string> {
  recorder.take();
  const { uid = 0, uri, conf } = each;
  const who = ["setpriv", `--reuid=${uid}`, `--regid=${uid}`, "--clear-groups"];
  const target = uri === undefined ? [] : ["-c", fill(uri)];
  const args = [
    "--mount",
    "--propagation",
    "private",
    "bash",
    "-c",
    ETC,
    "bash",
    ...who,
    "virsh",
    ...target,
    "uri",
  ];
  const CONF = uid === 0 && conf !== undefined ? fill(conf) : "";
  const { text } = await run("unshare", args, { env: virshEnv({ ...env, CONF }) });
  const [open] = recorder.take();
  if (open !== undefined) return `sent "${open.name}"`;
  if (
    /configuration file syntax error|Malformed|expected a|remote mode|remote proxy|unable to parse|no connection driver|Unable to parse URI|invalid argument|invalid URI|does not include a driver/i.test(
      text,
    )
  )
    return "refused";
  throw new Error(`virsh neither opened a connection nor refused ${JSON.stringify(each)}:\n${text}`);
}

async function ours({ uri, uid = 0 }: Case, { env, etcDir }: Settings): Promise<string> {
  try {
    const target = await resolveTarget(uri === undefined ? undefined : fill(uri), { env, euid: uid, etcDir });
    if (target.uri === undefined) throw new Error("No URI, so there is nothing to compare.");
    const parsed = parseUri(target.uri);
    const { path } = chooseSocket(parsed, { euid: uid, env, ...target.settings(parsed.client) });
    return path === recorder.socketPath ? `sent "${openName(parsed)}"` : `socket ${path}`;
  } catch (error) {
    if (error instanceof InvalidUriError || error instanceof InvalidConfigError) return "refused";
    throw error;
  }
}

describe("where virsh goes", () => {
  it.each(CASES.map((each, index) => [JSON.stringify(each), each, index] as const))(
    "we go too: %s",
    async (_, each, index) => {
      const where = settings(each, index);
      expect(await ours(each, where)).toBe(await virsh(each, where));
    },
  );
});

describe("connect()", () => {
  it.each([undefined, ""])("goes where LIBVIRT_DEFAULT_URI says, as virsh does: %j", async (uri) => {
    const name = "LIBVIRT_DEFAULT_URI";
    const before = process.env[name];
    process.env[name] = fill("test+unix:///env?socket=SOCK&x=1");
    try {
      recorder.take();
      await expect(connect(uri)).rejects.toBeInstanceOf(ConnectError);
      const [ours] = recorder.take();
      await run("virsh", uri === undefined ? ["uri"] : ["-c", uri, "uri"], {
        env: virshEnv({ [name]: process.env[name] }),
      });
      expect([ours]).toEqual(recorder.take());
      expect(ours?.name).toBe("test:///env?x=1");
    } finally {
      if (before === undefined) delete process.env[name];
      else process.env[name] = before;
    }
  });
});
