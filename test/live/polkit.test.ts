import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { bundleProgram } from "../support/bundle.js";
import { type Libvirtd, startLibvirtd } from "../support/libvirtd.js";
import { ADMIN_PASSWORD, asUser, POLKIT_DAEMON, POLKIT_USERS, withAgent } from "../support/polkit.js";
import { type Output, run } from "../support/virsh.js";

// polkit judges by the process, so that each client has to be one of its own, and another user's.
const CLIENT = `
import { AuthError, connect } from "./src/index.ts";

const [uri, readOnly] = process.argv.slice(2);
try {
  await using conn = await connect(uri, { readOnly: readOnly === "true" });
  console.log(JSON.stringify({ hostname: await conn.getHostname() }));
} catch (error) {
  if (!(error instanceof AuthError)) throw error;
  const { code, domain, message, hint, cause } = error;
  console.log(JSON.stringify({ error: { code, domain, message, hint, said: cause.message }, pid: process.pid }));
}`;
const SYSTEM = "qemu:///system";

interface Told {
  readonly hostname?: string;
  readonly error?: Readonly<Record<"code" | "domain" | "message" | "hint" | "said", string>>;
  readonly pid?: number;
}

interface How {
  readonly readOnly?: boolean;
  /** Puts an agent around the client. */
  readonly agent?: (command: readonly string[]) => string[];
}

let daemon: Libvirtd;
let client: string;
beforeAll(async () => {
  daemon = await startLibvirtd({ ...POLKIT_DAEMON, systemSockets: true });
  client = join(daemon.dir, "client.mjs");
  await bundleProgram(CLIENT, client);
});
afterAll(() => daemon.stop());

async function inside(user: number, command: readonly string[], { agent }: How): Promise<Output> {
  const [program = "", ...args] = daemon.inside(asUser(user, agent?.(command) ?? command));
  return await run(program, args);
}

/** What becomes of a user, by us and by virsh: a host name, or an error of which both say the same. */
async function both(user: number, how: How = {}, uri: string = SYSTEM): Promise<Told> {
  const ours = await inside(user, [process.execPath, client, uri, String(how.readOnly ?? false)], how);
  const readOnly = how.readOnly === true ? ["--readonly"] : [];
  const theirs = await inside(user, ["virsh", ...readOnly, "-c", uri, "hostname"], how);
  expect(ours.stderr).toBe("");
  const told = JSON.parse(ours.stdout) as Told;
  expect(told.hostname ?? "").toBe(theirs.stdout.trim());
  expect(told.error?.said).toBe(/^error: (auth.*)$/m.exec(theirs.stderr)?.[1]);
  if (told.error !== undefined) {
    expect(told.error.message).toBe(`${told.error.said}; ${told.error.hint}`);
    expect(told.error.domain).toBe("POLKIT");
  }
  return told;
}

describe("a daemon that asks polkit", () => {
  it("lets root in without asking", async () => {
    expect((await both(0)).hostname).toBeTruthy();
  });

  it("lets in whom a rule allows", async () => {
    expect((await both(POLKIT_USERS.allowed)).hostname).toBeTruthy();
  });

  it("lets in the group of which a hint speaks", async () => {
    expect((await both(POLKIT_USERS.member)).hostname).toBeTruthy();
  });

  it("lets anybody read, as a hint says", async () => {
    expect((await both(POLKIT_USERS.denied, { readOnly: true })).hostname).toBeTruthy();
  });

  it("refuses whom a rule denies", async () => {
    const { error } = await both(POLKIT_USERS.denied);
    expect(error?.code).toBe("AUTH_FAILED");
    expect(error?.hint).toContain("group libvirt");
    expect(error?.hint).toContain("org.libvirt.unix.manage");
    expect(error?.hint).toContain("readOnly: true");
  });

  it("speaks of the action that the socket asks for", async () => {
    const uri = `qemu:///system?socket=${daemon.socket}`;
    const { error } = await both(POLKIT_USERS.denied, { readOnly: true }, uri);
    expect(error?.code).toBe("AUTH_FAILED");
    expect(error?.hint).toContain("org.libvirt.unix.manage");
    expect(error?.hint).not.toContain("readOnly");
  });

  it("cannot ask where there is no agent, and says how to have one", async () => {
    const { error, pid } = await both(POLKIT_USERS.asked);
    expect(error?.code).toBe("AUTH_UNAVAILABLE");
    expect(error?.hint).toContain(`pkttyagent --process ${pid}`);
  });
});

describe("an agent", () => {
  it("lets in who knows an administrator's password", async () => {
    const agent = (command: readonly string[]): string[] => withAgent({ password: ADMIN_PASSWORD }, command);
    expect((await both(POLKIT_USERS.asked, { agent })).hostname).toBeTruthy();
  });

  it("does not let in who does not", async () => {
    const agent = (command: readonly string[]): string[] => withAgent({ password: "wrong" }, command);
    const { error } = await both(POLKIT_USERS.asked, { agent });
    expect(error?.code).toBe("AUTH_FAILED");
    expect(error?.hint).toContain("no right password");
  });

  it("may be dismissed", async () => {
    const agent = (command: readonly string[]): string[] => withAgent("dismiss", command);
    const { error } = await both(POLKIT_USERS.asked, { agent });
    expect(error?.code).toBe("AUTH_CANCELLED");
    expect(error?.hint).toContain("dismissed");
  });
});
