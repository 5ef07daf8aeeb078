import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect as dialSocket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { connect } from "../../src/index.js";
import { REMOTE_PROC_CONNECT_GET_HOSTNAME } from "../../src/protocol/generated/remote/index.js";
import {
  createTestServer,
  Hypervisor,
  type SaslMechanism,
  type TestServer,
} from "../../src/testing/index.js";
import { handle, type TestRoute } from "../../src/testing/session.js";
import { Oracle, type OracleHandle } from "../support/oracle.js";
import { TestPki } from "../support/pki.js";
import { run, virsh } from "../support/virsh.js";
import { SideBySide } from "./compare.js";

let dir = "";
let pki: TestPki;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "lvt-srv-"));
  pki = await TestPki.make();
});
afterAll(async () => {
  await pki[Symbol.asyncDispose]();
  await rm(dir, { recursive: true });
});

const SASL = { users: { fred: "sesame" } };
const tls = (): { key: string; cert: string; ca: string } => ({
  key: pki.server.key,
  cert: pki.server.certificate,
  ca: pki.ca.certificate,
});

/** A server, what virsh calls it, and what virsh needs besides. */
interface Place {
  readonly server: TestServer;
  readonly uri: string;
}

const PLACES: Readonly<Record<string, () => Promise<Place>>> = {
  "a unix socket": async () => {
    const server = await createTestServer({ path: join(dir, "unix") });
    return { server, uri: server.uri };
  },
  TCP: async () => {
    const server = await createTestServer({ port: 0 });
    return { server, uri: server.uri };
  },
  TLS: async () => {
    const server = await createTestServer({ port: 0, tls: tls() });
    const folder = await pki.folder("client");
    return {
      server,
      uri: `test+tls://localhost:${server.port}/default?pkipath=${encodeURIComponent(folder)}`,
    };
  },
};

describe.each(Object.keys(PLACES))("over %s", (place) => {
  let uri = "";
  let server: TestServer;
  beforeAll(async () => {
    const open = PLACES[place] as () => Promise<Place>;
    ({ uri, server } = await open());
  });
  afterAll(() => server.close());

  it("virsh connects", async () => {
    const { stdout, stderr, code } = await virsh(uri, "list", "--all");
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^ 1 +test +running$/m);
  });

  it("python3-libvirt connects", async () => {
    const oracle = await Oracle.start(uri);
    const domain = await oracle.call<OracleHandle>("conn", "lookupByName", "test");
    expect(await oracle.call(domain, "maxMemory")).toBe(8_388_608n);
    await oracle.stop();
  });

  it("we connect", async () => {
    await using conn = await connect(uri);
    expect((await conn.listAllDomains()).map(({ name }) => name)).toEqual(["test"]);
  });
});

describe("a server that has its clients log in", () => {
  const authFile = async (password: string): Promise<string> => {
    const path = join(dir, `auth-${password}.conf`);
    await writeFile(
      path,
      `[credentials-x]\nauthname=fred\npassword=${password}\n[auth-libvirt-default]\ncredentials=x\n`,
      { mode: 0o600 },
    );
    return path;
  };

  it.each<SaslMechanism>(["SCRAM-SHA-512", "SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN"])(
    "by %s lets in who knows the password, and nobody else",
    async (mechanism) => {
      await using server = await createTestServer({
        path: join(dir, mechanism),
        sasl: { ...SASL, mechanisms: [mechanism] },
      });
      await using conn = await connect(server.uri, { auth: { username: "fred", password: "sesame" } });
      expect((await conn.listAllDomains()).length).toBe(1);
      for (const auth of [
        { username: "fred", password: "wrong" },
        { username: "nobody", password: "sesame" },
        { username: "__proto__", password: "sesame" },
      ]) {
        await expect(connect(server.uri, { auth })).rejects.toMatchObject({ code: "AUTH_FAILED" });
      }
      const with_ = async (password: string): Promise<string> => {
        const authfile = encodeURIComponent(await authFile(password));
        const { stdout, stderr } = await virsh(`${server.uri}&authfile=${authfile}`, "list", "--name");
        return stdout + stderr;
      };
      expect(await with_("sesame")).toMatch(/^test$/m);
      expect(await with_("wrong")).toContain("authentication failed");
    },
  );

  it("answers nothing else before", async () => {
    await using server = await createTestServer({ path: join(dir, "gate"), sasl: SASL });
    const { stderr } = await virsh(`${server.uri}&auth=none`, "list");
    expect(stderr).not.toBe("");
  });
});

describe("a TLS server", () => {
  it("lets in nobody without a certificate of its authority", async () => {
    const stranger = await TestPki.make();
    await using server = await createTestServer({ port: 0, tls: tls() });
    const uri = `test+tls://localhost:${server.port}/default`;
    const { certificate: cert, key } = stranger.client;
    await expect(connect(uri, { tls: { ca: pki.ca.certificate, cert, key } })).rejects.toMatchObject({
      name: "ConnectError",
    });
    await using conn = await connect(uri, {
      tls: { ca: pki.ca.certificate, cert: pki.client.certificate, key: pki.client.key },
    });
    expect(conn.isAlive()).toBeTruthy();
    await stranger[Symbol.asyncDispose]();
  });
});

/** Counts how many calls it has open, and answers none before it is let to. */
class Counting extends Hypervisor {
  open = 0;
  release: () => void = () => undefined;
  private readonly released = new Promise<void>((resolve) => {
    this.release = resolve;
  });

  override get routes(): readonly TestRoute[] {
    const waiting = handle(REMOTE_PROC_CONNECT_GET_HOSTNAME, async () => {
      this.open += 1;
      await this.released;
      return { hostname: "x" };
    });
    return [...super.routes.filter(({ procedure }) => procedure.name !== waiting.procedure.name), waiting];
  }
}

describe("a server's limits", () => {
  it.each([2, 5, 9])(
    "keep a client from having more than %d calls open, without losing any",
    async (most) => {
      const hypervisor = new Counting();
      await using server = await createTestServer({
        path: join(dir, `most${most}`),
        hypervisor,
        maxRequests: most,
      });
      await using conn = await connect(server.uri, { maxInFlight: 20, keepAlive: false });
      const calls = Array.from({ length: 20 }, () => conn.getHostname());
      while (hypervisor.open < most) await new Promise((resolve) => setTimeout(resolve, 5));
      // Whoever comes in between is served: it is this client alone that waits.
      await using other = await connect(server.uri);
      expect((await other.listAllDomains()).length).toBe(1);
      expect(hypervisor.open).toBe(most);
      hypervisor.release();
      expect((await Promise.all(calls)).length).toBe(20);
      expect(server.clients).toBe(2);
    },
  );

  it("turn away more clients than it has room for", async () => {
    await using server = await createTestServer({ path: join(dir, "full"), maxClients: 2 });
    await using one = await connect(server.uri);
    await using two = await connect(server.uri);
    await expect(connect(server.uri)).rejects.toMatchObject({ name: "ConnectError" });
    await one.close();
    await using _three = await connect(server.uri);
    expect((await two.listAllDomains()).length).toBe(1);
  });
});

/** Sends bytes, and gives what comes back until the other side closes or falls silent. */
function exchange(
  path: string,
  bytes: Uint8Array,
): Promise<{ readonly answer: string; readonly closed: boolean }> {
  return new Promise((resolve) => {
    const socket = dialSocket(path);
    const chunks: Buffer[] = [];
    const settle = (closed: boolean): void => {
      socket.destroy();
      resolve({ answer: Buffer.concat(chunks).toString("hex"), closed });
    };
    socket.setTimeout(300, () => settle(false));
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.on("close", () => settle(true));
    socket.on("error", () => undefined);
    socket.write(bytes);
  });
}

function packet(fields: readonly number[], payload: Uint8Array = new Uint8Array(), length?: number): Buffer {
  const head = Buffer.alloc(28);
  head.writeUInt32BE(length ?? 28 + payload.length);
  for (const [i, field] of fields.entries()) head.writeUInt32BE(field >>> 0, 4 + i * 4);
  return Buffer.concat([head, payload]);
}

describe("bytes that make no sense", () => {
  const REMOTE = 0x20008086;
  const CASES: Readonly<Record<string, Buffer>> = {
    "an unknown program": packet([0x12345678, 1, 1, 0, 7, 0]),
    "an unknown version": packet([REMOTE, 9, 1, 0, 7, 0]),
    "an unknown procedure": packet([REMOTE, 1, 9999, 0, 7, 0]),
    "procedure 0": packet([REMOTE, 1, 0, 0, 7, 0]),
    "an event for a call": packet([REMOTE, 1, 107, 0, 7, 0]),
    "arguments that are cut off": packet([REMOTE, 1, 1, 0, 7, 0], Buffer.from([0, 0])),
    "a reply": packet([REMOTE, 1, 1, 1, 7, 0]),
    "an unknown type": packet([REMOTE, 1, 1, 9, 7, 0]),
    "a length that is too small": packet([REMOTE, 1, 1, 0, 7, 0], undefined, 3),
    "a length that is too large": packet([REMOTE, 1, 1, 0, 7, 0], undefined, 0x7fff_ffff),
    "a stream that nobody opened": packet([REMOTE, 1, 208, 3, 7, 2], Buffer.from("data")),
    "a call before the hypervisor is open": packet(
      [REMOTE, 1, 23, 0, 7, 0],
      Buffer.from([0, 0, 0, 1, 97, 0, 0, 0]),
    ),
    "an HTTP request": Buffer.from("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
  };

  it("are answered as by libvirtd", async () => {
    await using side = await SideBySide.start();
    const ours = new URLSearchParams(side.ours.split("?")[1]).get("socket") ?? "";
    const answers = async (path: string): Promise<unknown> =>
      Object.fromEntries(
        await Promise.all(
          Object.entries(CASES).map(async ([name, bytes]) => [name, await exchange(path, bytes)] as const),
        ),
      );
    expect(await answers(ours)).toEqual(await answers(side.daemon.socket));
  });
});

describe("a client that only reads", () => {
  it("may look and listen, and change nothing, as at libvirtd", async () => {
    await using side = await SideBySide.start();
    await side.script(
      `
      list --all
      dumpxml test
      dumpxml test --security-info
      domstats --state
      event test lifecycle --timeout 1
      net-event --event lifecycle --timeout 1
      pool-event --event lifecycle --timeout 1
      nodedev-event --event lifecycle --timeout 1
      destroy test
      suspend test
      setmem test 1G
      schedinfo test
      schedinfo test --set weight=40
      undefine test
      define /etc/hostname
      net-destroy default
      net-update default add ip-dhcp-host <host/>
      pool-destroy default-pool
      vol-create-as default-pool v 1M
      iface-destroy eth1
      snapshot-create-as test s
      screenshot test /dev/null
      qemu-monitor-command test x
      `,
      [],
      "-q -r",
    );
  });
});

describe("an older server", () => {
  it("does not know what came later", async () => {
    const hypervisor = new Hypervisor({ libVersion: 1_002_003 });
    await using server = await createTestServer({ path: join(dir, "old"), hypervisor });
    await using conn = await connect(server.uri);
    expect(await conn.getLibVersion()).toBe(1_002_003n);
    await expect(conn.getAllDomainStats()).rejects.toMatchObject({ name: "UnknownProcedureError" });
    const { stderr } = await run("virsh", ["-c", server.uri, "domstats"]);
    expect(stderr).toContain("unknown procedure: 344");
    expect((await virsh(server.uri, "list", "--name")).stdout).toMatch(/^test$/m);
  });
});
