import { readFileSync } from "node:fs";
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Output, run } from "./virsh.js";

/** Nobody, as user and as group. */
const USER = 65534;

/** An ordinary user with folders of its own, whose daemons are started by its clients. */
export interface SessionUser {
  readonly dir: string;
  /** Where the daemons' sockets, pid files and locks are. */
  readonly runtime: string;
  /** Runs a program as this user, with nothing but the user's own variables and `env`. */
  run(command: readonly string[], env?: Readonly<Record<string, string>>): Promise<Output>;
  /** Makes the folder of the sockets, as a daemon or a client does. */
  makeRuntime(): Promise<void>;
  /** Puts a shell script in a folder of programs, which comes back: for VIRTD_PATH. */
  program(name: string, script: string): Promise<string>;
  /** The pid of the user's daemon, if one lives. */
  daemonPid(program?: string): Promise<number | undefined>;
  /** Ends the user's daemons; they leave nothing behind. */
  endDaemons(signal?: NodeJS.Signals): Promise<void>;
  remove(): Promise<void>;
}

export async function makeSessionUser(): Promise<SessionUser> {
  const dir = await mkdtemp(join(tmpdir(), "user-"));
  const programs = join(dir, "programs");
  const runtime = join(dir, "run", "libvirt");
  const folders = ["run", "home", "config", "cache"].map((name) => join(dir, name));
  for (const folder of [...folders, programs]) await mkdir(folder);
  for (const folder of folders) await chown(folder, USER, USER);
  await chmod(dir, 0o755);
  const own = {
    HOME: join(dir, "home"),
    XDG_RUNTIME_DIR: join(dir, "run"),
    XDG_CONFIG_HOME: join(dir, "config"),
    XDG_CACHE_HOME: join(dir, "cache"),
    LIBVIRT_AUTOSTART: "1",
  };
  const daemonPid = async (program = "libvirtd"): Promise<number | undefined> => {
    const text = await readFile(join(runtime, `${program}.pid`), "utf8").catch(() => "");
    return text !== "" && lives(Number(text)) ? Number(text) : undefined;
  };
  const endDaemons = async (signal: NodeJS.Signals = "SIGTERM"): Promise<void> => {
    const pid = await daemonPid();
    if (pid === undefined) return;
    process.kill(pid, signal);
    await ended(pid);
  };
  return {
    dir,
    runtime,
    daemonPid,
    endDaemons,
    run: (command, env = {}) => {
      const ids = ["--reuid", String(USER), "--regid", String(USER), "--clear-groups"];
      // With a descriptor that some shell left open.
      const handed = ["bash", "-c", 'exec 63< /etc/passwd; exec "$@"', "bash"];
      return run("setpriv", [...ids, ...handed, ...command], { env: { ...own, ...env } });
    },
    async makeRuntime() {
      await mkdir(runtime, { recursive: true, mode: 0o700 });
      await chown(runtime, USER, USER);
    },
    async program(name, script) {
      const file = join(programs, name);
      await writeFile(file, `#!/bin/bash\n${script}\n`);
      await chmod(file, 0o755);
      return programs;
    },
    async remove() {
      await endDaemons();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Waits for a process that is nobody's child to end; the test's own time limit is the limit. */
export async function ended(pid: number): Promise<void> {
  while (lives(pid)) await sleep(5);
}

/** Whether a process runs; whoever adopted it may take its time to notice its end. */
function lives(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX] /s.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
}
