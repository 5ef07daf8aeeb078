import { once } from "node:events";
import { readdirSync } from "node:fs";
import { type FileHandle, mkdtemp, open, rm } from "node:fs/promises";
import { createServer, connect as dialSocket, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Connection, connect, type Domain, DomainCreateFlags } from "../../src/index.js";
import { parseUri } from "../../src/transport/index.js";
import { dialTunnel } from "../../src/transport/tunnel/index.js";
import { type Both, openBoth } from "../support/both.js";
import { qemuDomainXml, testDomainXml } from "../support/domain-xml.js";
import { expectNoLeaks } from "../support/leaks.js";
import { freePort, type Libvirtd, startLibvirtd } from "../support/libvirtd.js";
import { OracleFailure, type OracleHandle } from "../support/oracle.js";
import { type Sshd, startSshd } from "../support/sshd.js";

let daemon: Libvirtd;
let sshd: Sshd;
let both: Both;
let conn: Connection;
let domain: Domain;
let vncPort = 0;
let vncSocket = "";
let scratch = "";

const VIDEO = '<video><model type="vga"/></video>';

function guestXml(name: string, devices: string): string {
  return qemuDomainXml({ name }).replace("</domain>", `<devices>${devices}</devices></domain>`);
}

beforeAll(async () => {
  daemon = await startLibvirtd({ tcp: true, systemSockets: true });
  sshd = await startSshd(daemon);
  scratch = await mkdtemp(join(tmpdir(), "lvt-fds-"));
  both = await openBoth(daemon.uri("qemu"));
  ({ conn } = both);
  vncPort = await freePort();
  vncSocket = join(daemon.dir, "vnc & co");
  // QEMU takes one display of a kind, so there is a guest for each place to listen at.
  const hidden = '<graphics type="vnc"><listen type="none"/></graphics>';
  domain = await conn.domainCreateXML(guestXml("hidden", hidden + VIDEO));
  const port = `<graphics type="vnc" port="${vncPort}" autoport="no"><listen type="address" address="127.0.0.1"/></graphics>`;
  await conn.domainCreateXML(guestXml("port", port + VIDEO));
  const socket = `<graphics type="vnc" socket="${vncSocket.replace("&", "&amp;")}"/>`;
  await conn.domainCreateXML(guestXml("socket", socket + VIDEO));
}, 60_000);

afterAll(async () => {
  await both.close();
  await sshd.stop();
  await daemon.stop();
  await rm(scratch, { recursive: true });
});

const openFiles = (): number => readdirSync("/proc/self/fd").length;

/** Runs `body`; afterwards no more descriptors may be open than before. */
async function keepingFiles(body: () => Promise<void>): Promise<void> {
  const before = openFiles();
  await expectNoLeaks(body);
  for (let i = 0; i < 1000 && openFiles() > before; i++)
    await new Promise((resolve) => setTimeout(resolve, 10));
  expect(openFiles()).toBeLessThanOrEqual(before);
}

async function take(stream: Duplex, size: number): Promise<Buffer> {
  for (;;) {
    const bytes = stream.read(size) as Buffer | null;
    if (bytes !== null) return bytes;
    await once(stream, "readable");
  }
}

/** Speaks RFB as far as the name of the desktop. */
async function talkVnc(stream: Duplex): Promise<string> {
  expect(String(await take(stream, 12))).toBe("RFB 003.008\n");
  stream.write("RFB 003.008\n");
  const [count = 0] = await take(stream, 1);
  expect([...(await take(stream, count))]).toContain(1);
  stream.write(Uint8Array.of(1));
  expect((await take(stream, 4)).readUInt32BE()).toBe(0);
  stream.write(Uint8Array.of(1));
  const nameLength = (await take(stream, 24)).readUInt32BE(20);
  return String(await take(stream, nameLength));
}

async function socketPair(): Promise<[Socket, Socket]> {
  const path = join(scratch, "pair");
  const server = createServer().listen(path);
  await once(server, "listening");
  const mine = dialSocket(path);
  const [yours] = (await once(server, "connection")) as [Socket];
  server.close();
  return [mine, yours];
}

async function gone(stream: Duplex): Promise<void> {
  stream.destroy();
  if (!stream.closed) await once(stream, "close");
}

async function refusal(work: Promise<unknown>): Promise<number> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof OracleFailure) return error.error.code;
  return (error as { number: number }).number;
}

describe("a display through a passed descriptor", () => {
  it("greets, and is spoken to in both directions, though it listens nowhere", async () => {
    const stream = await domain.openGraphicsFD();
    expect(await talkVnc(stream)).toBe("QEMU (hidden)");
    await gone(stream);
  });

  it("leaves nothing behind, however often it is opened", async () => {
    await keepingFiles(async () => {
      for (let i = 0; i < 30; i++) {
        const stream = await domain.openGraphicsFD();
        expect(String(await take(stream, 12))).toBe("RFB 003.008\n");
        await gone(stream);
      }
    });
  });

  it("is given a socket of our own", async () => {
    await keepingFiles(async () => {
      const [mine, yours] = await socketPair();
      await domain.openGraphics(0, yours);
      yours.destroy();
      expect(await talkVnc(mine)).toBe("QEMU (hidden)");
      await gone(mine);
    });
  });

  it("outlives the connection that opened it, which leaves nothing behind", async () => {
    await keepingFiles(async () => {
      const own = await connect(daemon.uri("qemu"));
      const stream = await (await own.domainLookupByName("hidden")).openGraphicsFD();
      await own.close();
      expect(await talkVnc(stream)).toBe("QEMU (hidden)");
      await gone(stream);
    });
  });

  it("opens for many at once", async () => {
    const streams = await Promise.all(Array.from({ length: 8 }, () => domain.openGraphicsFD()));
    for (const stream of streams) {
      expect(String(await take(stream, 12))).toBe("RFB 003.008\n");
      await gone(stream);
    }
  });

  it("that is not there is refused as for python3-libvirt", async () => {
    const dom = await both.oracle.call<OracleHandle>("conn", "lookupByName", "hidden");
    const theirs = await refusal(both.oracle.call(dom, "openGraphicsFD", 7, 0));
    expect(theirs).toBeGreaterThan(0);
    expect(await refusal(domain.openGraphicsFD(7))).toBe(theirs);
    const [mine, yours] = await socketPair();
    expect(await refusal(domain.openGraphics(7, yours))).toBe(theirs);
    await Promise.all([gone(mine), gone(yours)]);
  });

  it("is given up when the caller says so, and the next one opens", async () => {
    await expect(domain.openGraphicsFD(0, { signal: AbortSignal.abort("no") })).rejects.toMatchObject({
      code: "CALL_ABORTED",
    });
    const controller = new AbortController();
    const opening = domain.openGraphicsFD(0, { signal: controller.signal });
    controller.abort();
    await expect(opening).rejects.toMatchObject({ code: "CALL_ABORTED" });
    const stream = await domain.openGraphicsFD();
    expect(String(await take(stream, 12))).toBe("RFB 003.008\n");
    await gone(stream);
  });

  it("cannot be opened on a connection that was closed", async () => {
    const own = await connect(daemon.uri("qemu"));
    const shown = await own.domainLookupByName("hidden");
    await own.close();
    await expect(shown.openGraphicsFD()).rejects.toMatchObject({ code: "CONNECTION_CLOSED" });
  });
});

describe("a display without descriptors", () => {
  const remote: readonly (readonly [string, () => string, object])[] = [
    ["TCP", () => `qemu+tcp://127.0.0.1:${daemon.tcpPort}/system`, {}],
    [
      "the ssh program",
      () => `qemu+ssh://root@127.0.0.1:${sshd.port}/system?keyfile=${sshd.key}&no_verify=1&no_tty=1`,
      { ssh: { client: "system" } },
    ],
    [
      "the ssh2 package",
      () =>
        `qemu+libssh2://root@127.0.0.1:${sshd.port}/system?keyfile=${sshd.key}&known_hosts=${sshd.knownHosts}&sshauth=privkey`,
      {},
    ],
  ];

  describe.each(remote)("over %s", (_name, uri, options) => {
    it.each(["port", "socket"])("is reached by its %s", async (name) => {
      await keepingFiles(async () => {
        await using far = await connect(uri(), options);
        const stream = await (await far.domainLookupByName(name)).openGraphicsFD();
        expect(await talkVnc(stream)).toBe(`QEMU (${name})`);
        await gone(stream);
      });
    });

    it("is joined with a socket of ours", async () => {
      await keepingFiles(async () => {
        await using far = await connect(uri(), options);
        const [mine, yours] = await socketPair();
        await (await far.domainLookupByName("port")).openGraphics(0, yours);
        expect(await talkVnc(mine)).toBe("QEMU (port)");
        await gone(mine);
        if (!yours.closed) await once(yours, "close");
      });
    });

    it("that listens nowhere is out of reach", async () => {
      await using far = await connect(uri(), options);
      const hidden = await far.domainLookupByName("hidden");
      await expect(hidden.openGraphicsFD()).rejects.toMatchObject({
        code: "NO_DISPLAY",
        message: expect.stringContaining("display 0 (vnc) listens nowhere"),
      });
      await expect(hidden.openGraphicsFD(1)).rejects.toThrow(
        "the domain has 1 displays, so there is no number 1",
      );
      await expect(hidden.openGraphicsFD(0, { flags: 1 })).rejects.toThrow("leave SKIPAUTH out");
      await expect(hidden.fdAssociate("x", [0])).rejects.toMatchObject({ code: "DESCRIPTORS_UNSUPPORTED" });
    });
  });
});

describe("a tunnel through SSH to a port where nobody listens", () => {
  it("fails with what ssh says, sooner or later", async () => {
    const port = await freePort();
    const at = `root@127.0.0.1:${sshd.port}/system?keyfile=${sshd.key}`;
    const target = { host: "127.0.0.1", port };
    await keepingFiles(async () => {
      const system = parseUri(`qemu+ssh://${at}&no_verify=1&no_tty=1`);
      const stream = await dialTunnel(system, target, { ssh: { client: "system" } });
      await expect(once(stream.resume(), "end")).rejects.toMatchObject({
        code: "CONNECT_FAILED",
        message: expect.stringMatching(/ssh ended with exit status 255, saying ".*(refused|failed)/),
      });
      const ssh2 = parseUri(`qemu+libssh2://${at}&known_hosts=${sshd.knownHosts}&sshauth=privkey`);
      await expect(dialTunnel(ssh2, target, {})).rejects.toMatchObject({
        code: "CONNECT_FAILED",
        message: expect.stringContaining(`does not connect us to 127.0.0.1:${port}`),
      });
      const controller = new AbortController();
      const given = dialTunnel(ssh2, target, { signal: controller.signal });
      controller.abort();
      await expect(given).rejects.toMatchObject({ code: "CALL_ABORTED" });
    });
  });
});

describe("the connection for descriptors", () => {
  it("is opened anew when it is lost", async () => {
    const own = await startLibvirtd();
    try {
      const kept = await connect(own.uri("test"), { reconnect: true });
      const file = await open("/dev/null");
      await (await kept.domainCreateXMLWithFiles(testDomainXml(), [file])).destroy();
      own.kill("SIGKILL");
      while (kept.isAlive()) await sleep(5);
      const late = kept.domainCreateXMLWithFiles(testDomainXml(), [file], { timeoutMs: 30 });
      await expect(late).rejects.toMatchObject({ code: "CALL_TIMEOUT" });
      const waiting = kept.domainCreateXMLWithFiles(testDomainXml(), [file]);
      await own.restart();
      await (await waiting).destroy();
      await file.close();
      await kept.close();
    } finally {
      await own.stop();
    }
  }, 60_000);
});

describe("files for a domain", () => {
  let file: FileHandle;
  beforeAll(async () => {
    file = await open(join(scratch, "disk"), "w+");
    await file.truncate(1024 * 1024);
  });
  afterAll(() => file.close());

  it("are lent to a disk whose path does not exist, for as long as the connection lasts", async () => {
    const disk =
      '<disk type="file" device="disk"><driver name="qemu" type="raw"/><source file="/no/such/disk" fdgroup="lent"/><target dev="vda" bus="virtio"/></disk>';
    const own = await connect(daemon.uri("qemu"));
    const lent = await own.domainDefineXML(guestXml("lent", disk));
    await lent.fdAssociate("lent", [file]);
    await lent.create();
    const write = 'qemu-io -d /machine/peripheral/virtio-disk0/virtio-backend "write -P 0x41 512 512"';
    await lent.qemuMonitorCommand(
      JSON.stringify({ execute: "human-monitor-command", arguments: { "command-line": write } }),
    );
    const { buffer } = await file.read(Buffer.alloc(1024), 0, 1024, 0);
    expect([...new Set(buffer.subarray(0, 512))]).toEqual([0]);
    expect([...new Set(buffer.subarray(512))]).toEqual([0x41]);
    await lent.destroy();
    await lent.create();
    await lent.destroy();
    await own.close();
    const again = await conn.domainLookupByName("lent");
    // The daemon notices the end of a connection in its own time.
    const message = "file descriptor group 'lent' was not associated with the domain";
    let refused: unknown;
    for (let i = 0; i < 20 && refused === undefined; i++) {
      refused = await again.create().then(
        () => again.destroy(),
        (error: unknown) => error,
      );
    }
    expect(refused).toMatchObject({ message: expect.stringContaining(message) });
    await again.undefine();
  });

  it("need a name and at least one file", async () => {
    await expect(domain.fdAssociate("x", [])).rejects.toMatchObject({ code: "INVALID_VALUE" });
  });

  it("go with a command to QEMU, files and sockets", async () => {
    await keepingFiles(async () => {
      const added = await domain.qemuMonitorCommandWithFiles(
        '{"execute":"add-fd","arguments":{"fdset-id":7}}',
        [file],
      );
      expect(JSON.parse(added.result)).toMatchObject({ return: { "fdset-id": 7 } });
      expect(added.files).toEqual([]);
      const { result } = await domain.qemuMonitorCommandWithFiles('{"execute":"query-fdsets"}');
      expect(JSON.parse(result)).toMatchObject({ return: [{ "fdset-id": 7 }] });
      const [mine, yours] = await socketPair();
      const got = await domain.qemuMonitorCommandWithFiles(
        '{"execute":"getfd","arguments":{"fdname":"ours"}}',
        [yours],
      );
      expect(JSON.parse(got.result)).toMatchObject({ return: {} });
      yours.destroy();
      // QEMU holds the other end: it ends when QEMU lets go of it.
      const ended = once(mine.resume(), "end");
      await domain.qemuMonitorCommand('{"execute":"closefd","arguments":{"fdname":"ours"}}');
      await ended;
      await gone(mine);
    });
  });

  it("for the first process of a container are refused by QEMU, as python3-libvirt is", async () => {
    const xml = qemuDomainXml({ name: "with-files" });
    const theirs = await refusal(both.oracle.call("conn", "createXMLWithFiles", xml, [0], 0));
    expect(theirs).toBeGreaterThan(0);
    const flags = DomainCreateFlags.START_AUTODESTROY;
    expect(await refusal(conn.domainCreateXMLWithFiles(xml, [file], { flags }))).toBe(theirs);
    expect(await refusal(conn.domainCreateXMLWithFiles(xml, []))).toBe(theirs);
    const dom = await both.oracle.call<OracleHandle>("conn", "defineXML", xml);
    const defined = await conn.domainLookupByName("with-files");
    const refused = await refusal(both.oracle.call(dom, "createWithFiles", [0], 0));
    expect(refused).toBeGreaterThan(0);
    expect(await refusal(defined.createWithFiles([file]))).toBe(refused);
    await defined.undefine();
  });

  it("are taken by the test driver, which does nothing with them", async () => {
    await keepingFiles(async () => {
      await using own = await connect(daemon.uri("test"));
      const started = await own.domainCreateXMLWithFiles(testDomainXml({ name: "filed" }), [file, file]);
      expect(started.name).toBe("filed");
      expect(started.id).toBeGreaterThan(0);
      await started.destroy();
      const defined = await own.domainDefineXML(testDomainXml({ name: "filed" }));
      await defined.createWithFiles([file]);
      expect(defined.id).toBeGreaterThan(0);
      await defined.destroy();
    });
  });
});
