import { existsSync, readFileSync } from "node:fs";
import { readdir, readFile, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { bundleProgram } from "../support/bundle.js";
import { ended, makeSessionUser, type SessionUser } from "../support/session-user.js";
import type { Output } from "../support/virsh.js";

// Only other users than root have daemons of their own, so that each client has to be a process of its own.
const CLIENT = `
import { connect } from "./src/index.ts";

const [uri, options = "{}", times = "1"] = process.argv.slice(2);
const { abortMs, ...rest } = JSON.parse(options);
const signal = abortMs === undefined ? undefined : AbortSignal.timeout(abortMs);
const one = async () => {
  await using conn = await connect(uri, { ...rest, signal });
  return await conn.getType();
};
try {
  console.log(JSON.stringify({ types: await Promise.all(Array.from({ length: Number(times) }, one)) }));
} catch (error) {
  const { name, code, message, cause } = error;
  console.log(JSON.stringify({ error: { name, code, message, cause: cause?.code } }));
}`;
const SESSION = "qemu:///session";
const STARTED: Told = { types: ["QEMU"] };
const LIBVIRTD = "/usr/sbin/libvirtd";
// How a program was started, for one that then becomes another.
const RECORD = `fds=
for fd in /proc/$$/fd/*; do
  # The shell has some of its own: one for its script, and one that it had just for looking.
  [ $fd = /proc/$$/fd/255 ] || [ ! -e $fd ] || fds="$fds $(readlink $fd)"
done
{
  echo "arguments $*"
  tr '\\0' '\\n' < /proc/$$/environ | sort
  echo "folder $PWD, umask $(umask)"
  grep -E '^Sig(Ign|Blk)' /proc/$$/status
  read -r _ _ _ _ group session _ < /proc/$$/stat
  [ $group = $session ] && echo "session $session"
  for fd in $fds; do echo "has $fd"; done | sed 's/:.*//' | sort | uniq
} > "$XDG_RUNTIME_DIR/started.tmp.$$"
mv "$XDG_RUNTIME_DIR/started.tmp.$$" "$XDG_RUNTIME_DIR/started.$$"
`;

// Neither listens nor ends, nor does what it starts.
const HANGING = `sleep 60 &
echo $$ $! > "$XDG_RUNTIME_DIR/pids.draft"
mv "$XDG_RUNTIME_DIR/pids.draft" "$XDG_RUNTIME_DIR/pids"
wait`;

interface Told {
  readonly types?: readonly string[];
  readonly error?: Readonly<Record<"name" | "code" | "message" | "cause", string>>;
}

let user: SessionUser;
let client: string;
beforeAll(async () => {
  user = await makeSessionUser();
  client = join(user.dir, "client.mjs");
  await bundleProgram(CLIENT, client);
});
afterAll(() => user.remove());
beforeEach(async () => {
  for (const name of await started()) await rm(name);
});
afterEach(async () => {
  await user.endDaemons();
  await rm(user.runtime, { recursive: true, force: true });
});

type Env = Readonly<Record<string, string>>;

async function ours(
  env: Env = {},
  uri: string = SESSION,
  options: object = {},
  times = 1,
  who = user,
): Promise<Told> {
  const command = [process.execPath, client, uri, JSON.stringify(options), String(times)];
  // The client's own end shows that it holds on to nothing.
  const { stdout, stderr } = await who.run(command, env);
  expect(stderr).toBe("");
  return JSON.parse(stdout) as Told;
}

function theirs(env: Env = {}, uri: string = SESSION): Promise<Output> {
  return user.run(["virsh", "-c", uri, "uri"], env);
}

/** What each start left, of a program that records it. */
async function started(): Promise<string[]> {
  const folder = join(user.dir, "run");
  return (await readdir(folder))
    .filter((name) => name.startsWith("started."))
    .map((name) => join(folder, name));
}

/** The session of this process, and of all that it starts in the ordinary way. */
function ownSession(): number {
  return Number(
    readFileSync("/proc/self/stat", "latin1")
      .replace(/^.*\) /s, "")
      .split(" ")[3],
  );
}

/** A folder with a `libvirtd` that records how it is started. */
function recording(then: string = `exec ${LIBVIRTD} "$@"`, name = "libvirtd"): Promise<string> {
  return user.program(name, `${RECORD}${then}`);
}

describe("a session daemon that does not run", () => {
  it("is started, and serves until nobody needs it", async () => {
    expect(await ours()).toEqual(STARTED);
    const pid = await user.daemonPid();
    expect(pid).toBeDefined();
    expect(await readFile(`/proc/${pid}/cmdline`, "latin1")).toBe(`${LIBVIRTD}\0--timeout=120\0`);
    expect(existsSync(join(user.runtime, "libvirtd.lock"))).toBe(false);
    // Whoever started it is gone, and nobody reads what it has to say.
    expect(await ours({}, "test+unix:///default")).toEqual({ types: ["TEST"] });
    expect((await theirs()).stdout.trim()).toBe(SESSION);
    expect(await user.daemonPid()).toBe(pid);
  });

  it("is started just as virsh starts it", async () => {
    const env = {
      VIRTD_PATH: await recording(),
      USER: "me",
      LOGNAME: "me",
      TMPDIR: "/tmp",
      LD_LIBRARY_PATH: "/tmp",
      LANG: "de_DE.UTF-8",
      SHELL: "/bin/sh",
      LIBVIRT_DEBUG: "4",
      XDG_DATA_HOME: "/tmp",
      FOO: "bar",
    };
    const records: string[] = [];
    for (const ask of [() => ours(env), () => theirs(env)]) {
      await ask();
      const [file = "", ...more] = await started();
      expect(more).toEqual([]);
      const record = await readFile(file, "latin1");
      expect(Number(/^session (\d+)$/m.exec(record)?.[1])).not.toBe(ownSession());
      records.push(record.replace(/^session \d+/m, "a session of its own"));
      await rm(file);
      await user.endDaemons();
    }
    expect(records[0]).toContain("arguments --timeout=120\n");
    expect(records[0]).toContain("a session of its own\nhas /dev/null\n");
    // The one difference: we listen to what it has to say until it is up.
    expect(records[0]).toBe(`${records[1]}has socket\n`);
  });

  it.each(["VIRTD_PATH", "LIBVIRTD_PATH"])("is taken from the folder that %s names", async (name) => {
    const env = { [name]: await recording() };
    expect(await ours(env)).toEqual(STARTED);
    expect(await started()).toHaveLength(1);
  });

  it("is taken from where it was installed if VIRTD_PATH is empty", async () => {
    const env = { VIRTD_PATH: "", LIBVIRTD_PATH: await recording() };
    for (const ask of [() => ours(env), () => theirs(env)]) {
      await ask();
      expect(await user.daemonPid()).toBeDefined();
      expect(await started()).toEqual([]);
      await user.endDaemons();
    }
  });

  it("is started once for many clients at once", async () => {
    const env = { VIRTD_PATH: await recording() };
    const all = await Promise.all([ours(env, SESSION, {}, 3), ours(env, SESSION, {}, 3), ours(env)]);
    expect(all.flatMap(({ types }) => types)).toEqual(Array.from({ length: 7 }, () => "QEMU"));
    expect(await started()).toHaveLength(1);
  });

  it("is one for virsh and us at once", async () => {
    const env = { VIRTD_PATH: await recording() };
    const [told, output] = await Promise.all([ours(env), theirs(env)]);
    expect(told).toEqual(STARTED);
    expect(output.stdout.trim()).toBe(SESSION);
    expect(await user.daemonPid()).toBeDefined();
  });

  it("is waited for while another client starts it", async () => {
    // As virsh does: the lock is there first, the daemon a little later.
    await user.makeRuntime();
    const lock = join(user.runtime, "libvirtd.lock");
    await writeFile(lock, "");
    const told = ours({ VIRTD_PATH: await recording() });
    const other = user.run(["bash", "-c", `sleep 0.5; ${LIBVIRTD} --daemon --timeout=120`]);
    expect(await told).toEqual(STARTED);
    expect((await other).code).toBe(0);
    expect(await started()).toEqual([]);
    // It is not ours.
    expect(existsSync(lock)).toBe(true);
  });

  it("is started though a client was ended while it started one", async () => {
    await user.makeRuntime();
    const lock = join(user.runtime, "libvirtd.lock");
    await writeFile(lock, "");
    await utimes(lock, 1, 1);
    expect(await ours()).toEqual(STARTED);
    expect(existsSync(lock)).toBe(false);
  });

  it("is started though the socket of one that was killed is still there", async () => {
    await ours();
    await user.endDaemons("SIGKILL");
    expect(existsSync(join(user.runtime, "libvirt-sock"))).toBe(true);
    expect(await ours()).toEqual(STARTED);
  });
});

describe("a driver's own session daemon", () => {
  /** A stand-in for virtqemud, on libvirtd: with a socket of the right name. */
  async function virtqemud(): Promise<string> {
    await user.makeRuntime();
    await symlink("libvirt-sock", join(user.runtime, "virtqemud-sock"));
    return await recording(`exec ${LIBVIRTD} "$@"`, "virtqemud");
  }

  it("is started in direct mode", async () => {
    const env = { VIRTD_PATH: await virtqemud() };
    const uri = `${SESSION}?mode=direct`;
    expect(await ours(env, uri)).toEqual(STARTED);
    expect(await started()).toHaveLength(1);
    await user.endDaemons();
    expect((await theirs(env, uri)).stdout.trim()).toBe(uri);
    expect(await started()).toHaveLength(2);
  });

  it("is started where only that is installed", async () => {
    const folder = await virtqemud();
    await rm(join(folder, "libvirtd"), { force: true });
    expect(await ours({ VIRTD_PATH: folder })).toEqual(STARTED);
    expect(await started()).toHaveLength(1);
  });

  it("is not started where legacy mode was asked for", async () => {
    const folder = await virtqemud();
    await rm(join(folder, "libvirtd"), { force: true });
    const { error } = await ours({ VIRTD_PATH: folder }, `${SESSION}?mode=legacy`);
    expect(error?.message).toMatch(/has no libvirtd\. Install/);
    expect(await started()).toEqual([]);
  });
});

describe("a session daemon that cannot be started", () => {
  it("is not even tried with LIBVIRT_AUTOSTART=0, as with virsh", async () => {
    const env = { VIRTD_PATH: await recording(), LIBVIRT_AUTOSTART: "0" };
    const { error } = await ours(env);
    expect(error).toMatchObject({ name: "ConnectError", code: "CONNECT_FAILED", cause: "ENOENT" });
    expect(error?.message).toMatch(
      /libvirt-sock \(ENOENT.*start "libvirtd --daemon".*LIBVIRT_AUTOSTART=0 keeps it/,
    );
    expect((await theirs(env)).stderr).toContain("Failed to connect socket");
    expect(await started()).toEqual([]);
  });

  it("is not started for a socket that the URI names", async () => {
    const env = { VIRTD_PATH: await recording() };
    const uri = `qemu+unix:///session?socket=${user.runtime}/libvirt-sock`;
    expect((await ours(env, uri)).error?.message).toContain("ENOENT");
    expect((await theirs(env, uri)).code).toBe(1);
    expect(await started()).toEqual([]);
  });

  it("is named if it is not there", async () => {
    const { error } = await ours({ VIRTD_PATH: "/nonexistent" });
    expect(error).toMatchObject({ name: "ConnectError", cause: "ENOENT" });
    expect(error?.message).toMatch(/\/nonexistent has no libvirtd or virtqemud\. Install.* VIRTD_PATH/);
  });

  it.each([
    [
      "ends with an error",
      "echo 'no such luck' >&2; exit 3",
      /ended with exit status 3, saying "no such luck"/,
    ],
    ["is killed", "kill -KILL $$", /was ended by SIGKILL/],
    ["says a lot", "head -c 1000000 /dev/zero | tr '\\0' x >&2; echo ' the end' >&2; exit 1", /x the end"/],
  ])("has its say if it %s", async (_how, script, message) => {
    const folder = await user.program("libvirtd", script);
    const { error } = await ours({ VIRTD_PATH: folder });
    expect(error).toMatchObject({ name: "ConnectError", code: "CONNECT_FAILED" });
    expect(error?.message).toMatch(message);
    expect(error?.message).toContain(`${folder}/libvirtd was started`);
    expect(error?.message.length).toBeLessThan(1500);
    expect(await readdir(user.runtime)).toEqual([]);
  });

  it("is waited for, though its program may end well, and then told of", async () => {
    // Two at once, as each takes five seconds.
    const other = await makeSessionUser();
    const hangs = await other.program("libvirtd", HANGING);
    const ends = await user.program("libvirtd", "echo nothing to do >&2");
    const [told, toldOther] = await Promise.all([
      ours({ VIRTD_PATH: ends }),
      ours({ VIRTD_PATH: hangs }, SESSION, {}, 1, other),
    ]);
    expect(told.error?.message).toMatch(
      /it ended with exit status 0, and nobody came.*saying "nothing to do"/,
    );
    expect(toldOther.error?.message).toMatch(/it did not come to listen there in time\. Start it by hand/);
    await allEnded(other);
    await other.remove();
  });

  it("may put itself into the background", async () => {
    const folder = await user.program("libvirtd", `${LIBVIRTD} --daemon "$@" 2> /dev/null`);
    expect(await ours({ VIRTD_PATH: folder })).toEqual(STARTED);
  });

  it("is told apart if it cannot be run", async () => {
    const folder = await user.program("libvirtd", "");
    await writeFile(join(folder, "libvirtd"), "#!/nonexistent/shell\n");
    const { error } = await ours({ VIRTD_PATH: folder });
    expect(error).toMatchObject({ name: "ConnectError", cause: "ENOENT" });
    expect(error?.message).toMatch(/but it cannot be run \(ENOENT/);
  });

  it.each([
    ["the time limit", "timeoutMs", "CallTimeoutError"],
    ["the caller", "abortMs", "AbortError"],
  ])("does not outlive %s", async (_what, option, name) => {
    const folder = await user.program("libvirtd", HANGING);
    const pids = join(user.dir, "run", "pids");
    await rm(pids, { force: true });
    // Less than the five seconds after which it is given up, and on a busy machine enough for it to start at all.
    for (let limit = 1000; !existsSync(pids); limit += 1000) {
      const { error } = await ours({ VIRTD_PATH: folder }, SESSION, { [option]: limit });
      expect(error?.name).toBe(name);
    }
    await allEnded(user);
  });

  it("does not get far in a folder of somebody else's", async () => {
    const { error } = await ours({ XDG_RUNTIME_DIR: "/proc/nobody" });
    expect(error).toMatchObject({ name: "ConnectError" });
    expect(error?.message).toMatch(/Cannot make .*libvirtd\.lock.*XDG_RUNTIME_DIR/);
  });
});

/** Waits until nothing is left of a program that hangs; the test's own time limit is the limit. */
async function allEnded(who: SessionUser): Promise<void> {
  const pids = (await readFile(join(who.dir, "run", "pids"), "utf8")).trim().split(" ");
  expect(pids).toHaveLength(2);
  for (const pid of pids) await ended(Number(pid));
  expect(await readdir(who.runtime)).toEqual([]);
}
