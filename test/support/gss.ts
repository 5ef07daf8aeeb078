import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { KerberosContext } from "../../src/sasl/kerberos.js";

/** A Kerberos context in a process of its own, which can encrypt, as the kerberos package will one day. */
export interface GssProcess extends KerberosContext {
  stop(): Promise<void>;
}

/** Opens a context for `service@host` with Debian's Python and the machine's Kerberos library. */
export function openGss(service: string, host: string, env: Readonly<Record<string, string>>): GssProcess {
  const script = join(process.cwd(), "test/support/gss.py");
  const child = spawn("/usr/bin/python3", [script, `${service}@${host}`], {
    env,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let contextComplete = false;
  // The library calls one after the other, so that the next line is the answer.
  const ask = async (what: string, data: string): Promise<string> => {
    child.stdin.write(`${what} ${data}\n`);
    const { value = "error it ended" } = (await lines.next()) as { value?: string };
    const [status = "", ...rest] = value.split(" ");
    if (status === "error") throw new Error(rest.join(" "));
    if (what === "step") contextComplete = status === "complete";
    return rest.join(" ");
  };
  return {
    get contextComplete() {
      return contextComplete;
    },
    step: (challenge) => ask("step", challenge),
    wrap: (plain, { protect }) => ask(protect ? "encrypt" : "sign", plain),
    unwrap: (wrapped) => ask("unwrap", wrapped),
    async stop() {
      child.stdin.end();
      await closed;
    },
  };
}
