import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { InvalidUriError } from "../../src/errors/index.js";
import { ConnectError, connect } from "../../src/index.js";
import { openName, parseUri } from "../../src/transport/index.js";
import { OpenRecorder } from "./open-recorder.js";
import { TempDir } from "./temp-dir.js";
import { run, virshEnv } from "./virsh.js";

// What virsh sends to a daemon, and what it will not take, is the truth that parseUri and openName are held against,
// and connect() as a whole.

const dir = new TempDir();
let recorder: OpenRecorder;
beforeAll(async () => {
  recorder = await OpenRecorder.listen(dir.join("sock"));
  writeFileSync(dir.join("ssh"), `#!/bin/sh\nexec nc -U ${recorder.socketPath}\n`, { mode: 0o755 });
});
afterAll(async () => {
  await recorder.close();
  dir[Symbol.dispose]();
});

/** SOCK and PORT in a URI stand for the recorder's, SSH for a program that leads there, whatever it is told. */
function fill(uri: string): string {
  return uri
    .replace(/\bSOCK\b/g, recorder.socketPath)
    .replace(/:PORT\b/g, `:${recorder.port}`)
    .replace(/=SSH\b/g, `=${dir.join("ssh")}`);
}

/** What virsh sends for a URI, or "refused" if it does not get that far because of the URI. */
async function virsh(uri: string, ...options: string[]): Promise<string> {
  recorder.take();
  const { text } = await run("virsh", [...options, "-c", uri, "uri"], { env: virshEnv() });
  const [open, ...more] = recorder.take();
  expect(more).toEqual([]);
  if (open !== undefined) return `sent "${open.name}"`;
  if (
    /Unable to parse URI|invalid argument|embedded driver is not valid|invalid URI|does not include a driver/.test(
      text,
    )
  )
    return "refused";
  throw new Error(`virsh -c '${uri}' neither opened a connection nor refused the URI:\n${text}`);
}

function ours(uri: string): string {
  try {
    return `sent "${openName(parseUri(uri))}"`;
  } catch (error) {
    if (error instanceof InvalidUriError) return "refused";
    throw error;
  }
}

/** What really goes over the wire. */
async function connected(uri: string): Promise<string> {
  recorder.take();
  await expect(connect(uri)).rejects.toBeInstanceOf(ConnectError);
  const names = recorder.take().map(({ name }) => name);
  return `sent "${names.join(" and then ")}"`;
}

function namesOf(uri: string): string[] {
  return parseUri(uri).parameters.map(({ name }) => name);
}

const SENT = [
  "test+unix:///default?socket=SOCK",
  "test+unix:/default?socket=SOCK",
  "test+unix:default?socket=SOCK",
  "test+unix:?socket=SOCK",
  "test+unix://?socket=SOCK",
  "test+unix:///?socket=SOCK",
  "test+unix:////a//b/../c/./d?socket=SOCK",
  "test+unix:///a%20b?socket=SOCK",
  "test+unix:///%C3%A9?socket=SOCK",
  "test+unix:///a%2Fb?socket=SOCK",
  "test+unix:///a%3Fb%23c?socket=SOCK",
  "test+unix:///a;b:c@d&e=f+g$h,i!j*k'l(m)n~o-p._?socket=SOCK",
  "test+unix:///%3B%3A%40%26%3D%2B%24%2C%21%2A%27%28%29%7E%2D%2E%5F%5B%5D%7C%5C%22%25?socket=SOCK",
  "test+unix:///d?socket=SOCK#frag",
  "test+unix:///d?socket=SOCK#fr%20ag/?[]:@!$&'()*+,;=",
  "test+unix:///d?socket=SOCK#a%25%5E%60%7B%7D%22",
  "test+unix:///d?socket=SOCK#",
  "test+unix:///d?socket=SOCK&x=1#%C3%A9%23",
  "test+unix:///d?socket=SOCK&foo=bar&x=a%20b",
  "test+unix:///d?socket=SOCK;foo=bar;x=1",
  "test+unix:///d?a=1;b=2&socket=SOCK&c=3;d=4",
  "test+unix:///d?socket=SOCK&&=v&n&m=&a=b=c&",
  "test+unix:///d?&&&socket=SOCK&x=1;",
  "test+unix:///d?socket=SOCK&x=-._~!$'()*+,:@/?",
  "test+unix:///d?socket=SOCK&x=%2B%2b%7e+%C3%A9",
  "test+unix:///d?SocKet=SOCK&X=1",
  "test+unix:///d?socket=/nonexistent&socket=SOCK",
  "test+unix:///d?socket=SOCK&name=test:///other",
  "test+unix:///d?socket=SOCK&name=",
  "test+unix:///d?socket=SOCK&name",
  "test+unix:///d?socket=SOCK&name=a&Name=b%20c",
  "test+unix:///d?socket=SOCK&%6Eame=zz",
  "test+unix:///d?socket=SOCK&no_tty=+1&no_verify=%201&no_sanity=-2147483648",
  "test+unix:///d?socket=SOCK&no_verify=0&no_sanity=2147483647",
  "test+unix:///d?socket=SOCK&mode=direct&proxy=native&auth=whatever",
  "test+unix:///d?socket=SOCK&sshauth=bogus&known_hosts_verify=bogus&netcat=x&command=y&keyfile=k",
  "test+unix:///d?socket=SOCK&pkipath=/x&tls_priority=z&known_hosts=q&authfile=/nonexistent",
  "test+unix:///d?socket=SOCK&transport=foo&debug=1&log=2",
  "test+unix://user@/d?socket=SOCK",
  "test+unix://:77/d?socket=SOCK",
  "test+unix://@/d?socket=SOCK",
  "te.st-x1+unix:///d?socket=SOCK",
  "TEST+Unix:///d?socket=SOCK",
  "remote+unix:///?socket=SOCK",
  "remote+unix:///system?socket=SOCK&x=1",
  "remote:///?socket=SOCK",
  "REMOTE+unix:///x?socket=SOCK",
  "remoted+unix:///x?socket=SOCK",
  "remote+unix:///x?socket=SOCK&name=qemu:///system",
  "qemu:///system?socket=SOCK",
  "qemu:/system?socket=SOCK",
  "qemu:?socket=SOCK",
  "qemu:embed?socket=SOCK",
  "qemu:///embed/?socket=SOCK",
  "qemu:///session?socket=SOCK",
  "lxc:///?socket=SOCK",
  "xen:///?socket=SOCK",
  "xen://?socket=SOCK",
  "bogus:///x?socket=SOCK",
  "test+tcp://127.0.0.1:PORT/default",
  "test+TCP://127.0.0.1:PORT/default",
  "test+tcp://localhost:PORT",
  "test+tcp://localhost:PORT?x=1",
  "test+tcp://localhost:PORT#f",
  "test+tcp://u@localhost:PORT/d",
  "test+tcp://u%40x:p@localhost:PORT/d",
  "test+tcp://@localhost:PORT/d",
  "test+tcp://[::ffff:127.0.0.1]:PORT/d",
  "test+tcp://local%68ost:PORT/d",
  "qemu+tcp://127.0.0.1:PORT/system?mode=direct&socket=/x",
  "qemu+tcp://127.0.0.1:PORT/system?x=1&no_verify=1;y=2",
  "qemu+tcp://127.0.0.1:PORT/system%3fx=1",
  "qemu+tcp://127.0.0.1:PORT//x",
  "qemu+ext:///system?command=SSH",
  "test+ext:///default?command=SSH&x=1&no_tty=1#f",
  "qemu+ext:///system?command=SSH&name=test:///default",
  "qemu+ssh://u@h:22/system?command=SSH",
  "qemu+ssh://h/session?command=SSH&proxy=native&x=1",
  "qemu+ssh://h/system?command=SSH&proxy=netcat&netcat=/n&socket=/s&keyfile=/k&no_tty=1&no_verify=1",
  "qemu+ssh://h/system?command=SSH&name=lxc:///",
  "remote+ssh://h/system?command=SSH",
];

const REFUSED = [
  "test+unix:///a b?socket=SOCK",
  "test+unix:///é?socket=SOCK",
  "test+unix:///%zz?socket=SOCK",
  "test+unix:///%4?socket=SOCK",
  "test+unix:///d?socket=SOCK&x=%zz",
  "test+unix:///d?socket=SOCK&x=[1]",
  'test+unix:///d?socket=SOCK&x="1"',
  "test+unix:///d?socket=SOCK#a b",
  "test+unix:///d?socket=SOCK#a#b",
  "test+unix:///d?socket=SOCK&no_tty=abc",
  "test+unix:///d?socket=SOCK&no_tty=",
  "test+unix:///d?socket=SOCK&no_tty=1%20",
  "test+unix:///d?socket=SOCK&no_tty=0x1",
  "test+unix:///d?socket=SOCK&no_verify=2147483648",
  "test+unix:///d?socket=SOCK&No_Sanity=x",
  "test+unix:///d?socket=SOCK&mode=bogus",
  "test+unix:///d?socket=SOCK&mode=",
  "test+unix:///d?socket=SOCK&mode=DIRECT",
  "test+unix:///d?socket=SOCK&proxy=NATIVE",
  "qemu+tcp://127.0.0.1:PORT/system?mode=bogus",
  "qemu+tcp://127.0.0.1:PORT/system?proxy=bogus",
  "test+libssh://127.0.0.1:PORT/x?known_hosts_verify=bogus",
  "test+libssh://127.0.0.1:PORT/x?sshauth=bogus",
  "test+libssh://127.0.0.1:PORT/x?sshauth=agent,,password",
  "test+tcp://[::1:PORT/d",
  "test+tcp://localhost:/d",
  "test+tcp://localhost:99999999999/d",
  "test+tcp://localhost:abc/d",
  "test+tcp://localhost:-1/d",
  "test+unix://host/d",
  "test+unix://user@host/d",
  "test+unix://u@v@/d?socket=SOCK",
  "test+foo:///d",
  "test+://d",
  "test++unix:///d",
  "test+unix+x:///d",
  "+unix:///d",
  "1test+unix:///d",
  " test+unix:///d?socket=SOCK",
  "qemu://system",
  "qemu://session?x=1",
  "vbox://session/",
  "vz://system",
  "qemu",
  "/system",
  "//host/x",
  "?socket=SOCK",
  "qemu+ext:///system",
  "qemu:///embed",
  "qemu:///%65mbed?socket=SOCK",
  "qemu+unix:///embed?socket=SOCK",
  "test+tcp://127.0.0.1:PORT/embed",
  "qemu+ssh://h/embed?command=SSH",
];

describe("the name in CONNECT_OPEN", () => {
  it.each(SENT)("is virsh's for %s", async (template) => {
    const uri = fill(template);
    const theirs = await virsh(uri);
    expect(theirs).toMatch(/^sent/);
    expect(ours(uri)).toBe(theirs);
    expect(await connected(uri)).toBe(theirs);
  });

  it("is virsh's for any path, parameters and fragment", async () => {
    const character = fc.constantFrom(...Array.from("/;&=:@+%[]!'()*,$~-._ xyz"));
    const word = fc.constantFrom(
      "%20",
      "%2F",
      "%3f",
      "%C3%A9",
      "%26",
      "%25",
      "no_tty=1",
      "name=",
      "x=",
      "&y=",
    );
    const part = fc
      .array(fc.oneof({ weight: 3, arbitrary: character }, { weight: 2, arbitrary: word }), { maxLength: 10 })
      .map((pieces) => pieces.join(""));
    await fc.assert(
      fc.asyncProperty(part, part, fc.option(part), async (path, query, fragment) => {
        const uri = fill(
          `test+unix:///${path}?socket=SOCK&${query}${fragment === null ? "" : `#${fragment}`}`,
        );
        const expected = ours(uri);
        // The names of parameters are where we part from virsh, on purpose: see below.
        fc.pre(!/(^|[&;])=([&;]|$)/.test(query));
        fc.pre(expected === "refused" || namesOf(uri).every((name) => /^[\w.~-]*$/.test(name)));
        expect(await virsh(uri)).toBe(expected);
      }),
      { numRuns: 100 },
    );
  });

  it("comes with the read-only flag alone, of those that a daemon looks at", async () => {
    await virsh(fill("test+unix:///d?socket=SOCK"));
    recorder.take();
    await run("virsh", ["-r", "-c", fill("test+unix:///d?socket=SOCK"), "uri"], { env: virshEnv() });
    expect(recorder.take()).toMatchObject([{ name: "test:///d", flags: 1 }]);
  });
});

describe("what virsh refuses", () => {
  it.each(REFUSED)("is refused: %s", async (template) => {
    const uri = fill(template);
    expect(await virsh(uri)).toBe("refused");
    expect(ours(uri)).toBe("refused");
  });
});

describe("what is different on purpose", () => {
  it.each([
    ["test+unix:///d?socket=SOCK&c%26d=2", "test:///d?c&d=2", "test:///d?c%26d=2"],
    ["test+unix:///d?socket=SOCK&b;c&d", "test:///d?b;c=&d=", "test:///d?b%3Bc=&d="],
    ["test+unix:///d?socket=SOCK&=&x=1", "test:///d?=&x=1=&x=1", "test:///d?x=1"],
  ])("keeps a parameter's name, where virsh sends another one: %s", async (template, theirs, encoded) => {
    const uri = fill(template);
    expect(await virsh(uri)).toBe(`sent "${theirs}"`);
    expect(ours(uri)).toBe(`sent "${encoded}"`);
  });

  it.each([
    ["test+unix:///x%00y?socket=SOCK", 'sent "test:///x"'],
    ["test+unix:///d?socket=SOCK&name=x%00y", 'sent "x"'],
    ["test+unix:///%FF?socket=SOCK", 'sent "test:///%FF"'],
  ])("refuses what virsh cuts off or no string can hold: %s", async (template, theirs) => {
    const uri = fill(template);
    expect(await virsh(uri)).toBe(theirs);
    expect(ours(uri)).toBe("refused");
  });
});
