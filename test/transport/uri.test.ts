import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { InvalidUriError } from "../../src/errors/index.js";
import {
  type ConnectionUri,
  defaultPort,
  describeUri,
  parseUri,
  redactUri,
  TRANSPORT_NAMES,
} from "../../src/transport/index.js";

function parsed(text: string, want: Partial<ConnectionUri>): void {
  expect(parseUri(text)).toMatchObject(want);
}

function refused(text: string, ...words: (string | RegExp)[]): void {
  let error: unknown;
  try {
    parseUri(text);
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(InvalidUriError);
  for (const word of words) {
    if (typeof word === "string") expect(String(error)).toContain(word);
    else expect(String(error)).toMatch(word);
  }
}

describe("parseUri", () => {
  it("gives every part", () => {
    expect(parseUri("qemu+tls://fred@host.example:1234/system?foo=1&no_verify=1#frag")).toEqual({
      scheme: "qemu+tls",
      driver: "qemu",
      transport: "tls",
      transportNamed: true,
      user: "fred",
      host: "host.example",
      port: 1234,
      path: "/system",
      query: "foo=1&no_verify=1",
      fragment: "frag",
      client: { noVerify: true },
      parameters: [{ name: "foo", value: "1" }],
    });
  });

  it("takes unix without a host, and tls with one, where no transport is named", () => {
    parsed("qemu:///system", { transport: "unix", transportNamed: false, host: undefined, path: "/system" });
    parsed("qemu://host/system", { transport: "tls", transportNamed: false, host: "host" });
    parsed("qemu:/system", { transport: "unix", path: "/system" });
    parsed("qemu:", { transport: "unix", path: "" });
    parsed("qemu://", { transport: "unix", path: "" });
  });

  it.each(TRANSPORT_NAMES.map((name) => [name]))("knows the transport %s in any case", (name) => {
    const rest =
      name === "ext" ? ":///system?command=/bin/x" : name === "unix" ? ":///system" : "://h/system";
    parsed(`qemu+${name}${rest}`, { driver: "qemu", transport: name, transportNamed: true });
    parsed(`qemu+${name.toUpperCase()}${rest}`, { driver: "qemu", transport: name });
  });

  it("lists the transports where it does not know one", () => {
    refused("qemu+foo:///system", '"foo"', "unix, tls, tcp, ssh, libssh, libssh2, ext");
    refused("qemu+:///system", '""');
    refused("qemu+unix+x:///system", '"unix+x"');
  });

  it("keeps the driver as it was written", () => {
    parsed("QEMU:///system", { driver: "QEMU" });
    parsed("a-b.c1:///x", { driver: "a-b.c1" });
  });

  it("reads the short forms of xen", () => {
    parsed("xen", { driver: "xen", path: "/system", transport: "unix" });
    parsed("xen://", { driver: "xen", path: "/system" });
    parsed("xen:///", { driver: "xen", path: "/" });
  });

  it("reads user, host and port", () => {
    parsed("qemu+ssh://u@h/x", { user: "u", host: "h", port: undefined });
    parsed("qemu+ssh://u%40x:p@h:22/x", { user: "u@x:p", host: "h", port: 22 });
    parsed("qemu+ssh://@h/x", { user: undefined, host: "h" });
    parsed("qemu+ssh://u@/x", { user: "u", host: undefined });
    parsed("qemu+tcp://local%68ost/x", { host: "localhost" });
    parsed("qemu+tcp://h", { host: "h", path: "" });
    parsed("qemu+tcp://h?a=b", { host: "h", path: "", parameters: [{ name: "a", value: "b" }] });
    parsed("qemu+tcp://h#f", { host: "h", fragment: "f" });
  });

  it("reads IPv6 addresses", () => {
    parsed("qemu+tcp://[::1]:1/x", { host: "::1", port: 1 });
    parsed("qemu+tcp://[::ffff:127.0.0.1]/x", { host: "::ffff:127.0.0.1" });
    parsed("qemu+tcp://[fe80::1%25eth0]/x", { host: "fe80::1%eth0" });
    parsed("qemu+tcp://[fe80::1%eth0]/x", { host: "fe80::1%eth0" });
    refused("qemu+tcp://[localhost]/x", "[localhost]", "brackets");
    refused("qemu+tcp://[::1/x");
    refused("qemu+tcp://[::1]x/x", '"x"');
    refused("qemu+tcp://::1/x");
  });

  it("allows ports that exist", () => {
    parsed("qemu+tcp://h:65535/x", { port: 65535 });
    parsed("qemu+tcp://h:016509/x", { port: 16509 });
    parsed("qemu+tcp://h:0/x", { port: undefined });
    parsed("qemu+tcp://:17/x", { host: undefined, port: undefined });
    for (const port of ["65536", "99999999999", "", "-1", "abc", "1x"]) {
      refused(`qemu+tcp://h:${port}/x`, /1 to 65535|not allowed/);
    }
  });

  it("knows the ports that need not be named", () => {
    expect(TRANSPORT_NAMES.map((name) => defaultPort(name))).toEqual([
      undefined,
      16514,
      16509,
      undefined,
      22,
      22,
      undefined,
    ]);
  });

  it("undoes percent-encoding in path and fragment", () => {
    parsed("qemu:///a%20b%2Fc%C3%A9#x%23", { path: "/a b/cé", fragment: "x#" });
    parsed("qemu:///x#", { fragment: "" });
    parsed("qemu:///x", { fragment: undefined });
  });

  it("refuses what RFC 3986 does, and says how to write it", () => {
    refused("qemu:///a b", "path", '" "', "%20");
    refused("qemu:///é", "%C3%A9");
    refused("qemu:///%zz", "%25");
    refused("qemu:///%4", "%25");
    refused("qemu:///x?a=[1]", "query", '"["', "%5B");
    refused("qemu:///x#a#b", "fragment", '"#"');
    refused("qemu+tcp://h x/y", "host", '" "');
    refused("qemu+tcp://a@b@c/y", '"@"');
    refused(" qemu:///system", "qemu:///system");
    refused("system", "driver");
    refused("/system", "driver");
    refused("//host/system", "driver");
    refused("1q:///x", "driver");
    refused("", "empty");
  });

  it("refuses bytes that the daemon could not be sent", () => {
    refused("qemu:///%FF", "UTF-8");
    refused("qemu:///x%00y", "NUL");
    refused("qemu:///x?name=a%00b", "NUL");
  });

  it("refuses a host with unix, and the slip that makes a host of system", () => {
    refused("qemu+unix://host/system", '"host"', "qemu+ssh");
    refused("qemu://system", "qemu:///system");
    refused("qemu://session/", "qemu:///session");
    refused("vbox://session", "vbox:///session");
    parsed("qemu+ssh://system", { host: "system" });
    parsed("xen://system", { host: "system" });
  });

  it("wants a command for ext", () => {
    refused("qemu+ext:///system", "command=");
    refused("qemu+ext:///system?command=", "command");
    parsed("qemu+ext:///system?command=/bin/x", { client: { command: "/bin/x" } });
  });

  it("never shows a password", () => {
    refused("qemu+ssh://fred:se%63ret@h:x/system", "fred:***@h", /^((?!se%63ret).)*$/);
    refused("qemu+ssh://fred:secret@h/sy stem", "fred:***@h", /^((?!secret).)*$/);
    expect(redactUri("qemu+ssh://fred:secret@h/x")).toBe("qemu+ssh://fred:***@h/x");
    expect(redactUri("qemu+ssh://fred@h/x?a=b:c@d")).toBe("qemu+ssh://fred@h/x?a=b:c@d");
    expect(describeUri(parseUri("qemu+ssh://fred:secret@h/x?socket=/y"))).toBe("qemu+ssh://fred:***@h/x");
  });

  it("describes where a URI leads", () => {
    for (const text of [
      "qemu:///system",
      "qemu+unix:///system",
      "qemu://h/system",
      "qemu+tcp://u@[fe80::1]:5/x",
      "test+tls://h",
    ]) {
      expect(describeUri(parseUri(text))).toBe(text);
    }
  });
});

describe("parameters", () => {
  const client = (query: string, scheme = "qemu+libssh") => parseUri(`${scheme}://h/x?${query}`).client;
  const rest = (query: string) =>
    parseUri(`qemu+tls://h/x?${query}`).parameters.map(({ name, value }) => `${name}=${value}`);

  it("reads every one that is for this side", () => {
    expect(
      client(
        "name=test:///n&authfile=/a&auth=sasl.PLAIN&mode=legacy&socket=/s&command=/c&proxy=netcat&netcat=/nc" +
          "&keyfile=/k&no_verify=1&no_tty=0&known_hosts=/kh&known_hosts_verify=auto&sshauth=agent,password" +
          "&pkipath=/p&tls_priority=NORMAL&no_sanity=-1",
      ),
    ).toEqual({
      name: "test:///n",
      authfile: "/a",
      auth: "sasl.PLAIN",
      mode: "legacy",
      socket: "/s",
      command: "/c",
      proxy: "netcat",
      netcat: "/nc",
      keyfile: "/k",
      noVerify: true,
      noTty: false,
      knownHosts: "/kh",
      knownHostsVerify: "auto",
      sshauth: ["agent", "password"],
      pkipath: "/p",
      tlsPriority: "NORMAL",
      noSanity: true,
    });
  });

  it("takes names in any case, encoded too, and the last of several", () => {
    expect(client("NAME=a&Name=b%20c")).toEqual({ name: "b c" });
    expect(client("%6Eame=z")).toEqual({ name: "z" });
    expect(client("name=a&name=")).toEqual({ name: "" });
    expect(client("name=a&name")).toEqual({ name: "" });
  });

  it("separates as libvirt does", () => {
    expect(rest("a=1&b=2;c=3")).toEqual(["a=1", "b=2", "c=3"]);
    expect(rest("a=1;b=2&c=3;d=4")).toEqual(["a=1;b=2", "c=3", "d=4"]);
    expect(rest("&&=v&n&m=&a=b=c&")).toEqual(["n=", "m=", "a=b=c"]);
    expect(rest("a+b=%2B%20+")).toEqual(["a+b=+ +"]);
    expect(rest("")).toEqual([]);
  });

  it("reads yes and no as numbers", () => {
    for (const yes of ["1", "+1", "-1", "%201", "2147483647", "-2147483648", "007"]) {
      expect(client(`no_tty=${yes}`)).toEqual({ noTty: true });
    }
    for (const no of ["0", "-0", "000"]) expect(client(`no_tty=${no}`)).toEqual({ noTty: false });
    for (const bad of ["", "abc", "0x1", "1%20", "1.5", "2147483648", "-2147483649", "yes", "true"]) {
      refused(`qemu+tls://h/x?No_TTY=${bad}`, "No_TTY", "1 for yes");
    }
  });

  it("refuses values that are not in the list, whatever the transport", () => {
    refused("qemu:///x?mode=bogus", "mode", "auto, legacy, direct");
    refused("qemu:///x?mode=DIRECT", "mode");
    refused("qemu+tcp://h/x?proxy=bogus", "proxy", "auto, netcat, native");
    refused("qemu+libssh2://h/x?known_hosts_verify=bogus", "normal, auto, ignore");
    refused("qemu+libssh://h/x?sshauth=agent,,password", "keyboard-interactive");
    refused("qemu:///x?socket=", "socket");
  });

  it("reads what only libssh uses for libssh only", () => {
    expect(client("known_hosts_verify=IGNORE&sshauth=AGENT")).toEqual({
      knownHostsVerify: "ignore",
      sshauth: ["agent"],
    });
    expect(client("known_hosts_verify=bogus&sshauth=bogus", "qemu+ssh")).toEqual({});
  });
});

describe("any text", () => {
  const characters = Array.from("qemu+tcp:/?#[]@&;=%20aF1.-~ é\0");
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(fc.constantFrom(...characters)).map((parts) => parts.join("")),
    fc.array(fc.constantFrom(...characters)).map((parts) => `qemu+tcp://h${parts.join("")}`),
  );

  it("is parsed or refused with an InvalidUriError, and never with anything else", () => {
    fc.assert(
      fc.property(text, (candidate) => {
        try {
          parseUri(candidate);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidUriError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("comes back from its percent-encoding", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (path, value) => {
        fc.pre(!path.includes("\0") && !value.includes("\0"));
        const uri = parseUri(`qemu:///${encodeURIComponent(path)}?x=${encodeURIComponent(value)}`);
        expect(uri.path).toBe(`/${path}`);
        expect(uri.parameters).toEqual([{ name: "x", value }]);
      }),
    );
  });
});
