import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import type { Duplex } from "node:stream";
import { ConnectError } from "../../errors/index.js";
import { withDeadline } from "../deadline.js";
import type { DialOptions } from "../dial-options.js";
import { describeErrno } from "../errno.js";
import { describeTarget, type TunnelTarget } from "../tunnel/target.js";
import type { ConnectionUri } from "../uri.js";
import { shown } from "./child-transport.js";
import { netcatProgram, shellWord } from "./remote-command.js";
import { sshEnvironment, sshFlags, sshHost, sshPeer, sshProgram, withoutPassword } from "./system-ssh.js";
import { tunnelStream } from "./tunnel-stream.js";

const MOST_STDERR = 4096;

/**
 * Connects to something on the far side through the machine's ssh program: to a port by its own forwarding (`-W`), to a
 * unix socket by nc. Whether it gets there shows later: if not, the stream fails with what ssh said.
 */
export async function tunnelSystemSsh(
  uri: ConnectionUri,
  target: TunnelTarget,
  options: DialOptions,
): Promise<Duplex> {
  const what = `${sshPeer(uri)} to ${describeTarget(target)}`;
  const program = sshProgram(uri);
  return await withDeadline(options, `Connecting through ${what}`, async (signal) => {
    const child = spawn(program, tunnelArguments(uri, target), {
      env: sshEnvironment(options.env ?? process.env),
    });
    try {
      await once(child, "spawn", { signal });
    } catch (cause) {
      child.kill("SIGKILL");
      signal.throwIfAborted();
      throw new ConnectError(`Cannot run "${program}" (${describeErrno(cause)}).`, { cause });
    }
    return streamOf(child, (end, said) => {
      const words = said === "" ? "" : `, saying "${shown(withoutPassword(uri, said))}"`;
      return new ConnectError(
        `The way through ${what} ended: ${program} ${end}${words}. Does something listen there, and does the server permit forwarding?`,
      );
    });
  });
}

function tunnelArguments(uri: ConnectionUri, target: TunnelTarget): string[] {
  const flags = sshFlags(uri);
  if ("host" in target) return [...flags, "-W", describeTarget(target), "--", sshHost(uri)];
  return [...flags, "--", sshHost(uri), `${shellWord(netcatProgram(uri))} -U ${shellWord(target.path)}`];
}

/** A program's standard input and output as one stream, which ends the program with itself, and fails if that does. */
function streamOf(
  child: ChildProcessWithoutNullStreams,
  describe: (end: string, stderr: string) => Error,
): Duplex {
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr = (stderr + text).slice(-MOST_STDERR);
  });
  const stream = tunnelStream({
    readable: child.stdout,
    writable: child.stdin,
    close: () => {
      child.stdin.destroy();
      child.stdout.destroy();
      if (child.exitCode === null && child.signalCode === null) child.kill();
    },
  });
  child.once("close", (code, signal) => {
    if (code === 0) stream.push(null);
    else if (!stream.destroyed) {
      stream.destroy(
        describe(signal === null ? `ended with exit status ${code}` : `was ended by ${signal}`, stderr),
      );
    }
  });
  return stream;
}
