import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import {
  findKnownKeys,
  fingerprint,
  judgeKey,
  knownHostName,
  parsePublicKey,
} from "../../src/transport/ssh/known-hosts.js";
import { makeKey } from "../support/sshd.js";
import { run } from "../support/virsh.js";
import { TempDir } from "./temp-dir.js";

const dir = new TempDir();
/** Public keys as files have them: type and base64. */
const lines: Record<string, string> = {};
beforeAll(async () => {
  for (const [name, type] of [
    ["a", "ed25519"],
    ["b", "ed25519"],
    ["c", "ecdsa"],
    ["r", "rsa"],
  ] as const) {
    await makeKey(dir.join(name), type);
    lines[name] = readFileSync(dir.join(`${name}.pub`), "utf8")
      .split(" ")
      .slice(0, 2)
      .join(" ");
  }
});
afterAll(() => dir[Symbol.dispose]());

function fill(text: string): string {
  return text.replace(/\$([abcr])\b/g, (_, name: string) => lines[name] ?? "");
}

function blob(name: string): Buffer {
  const key = parsePublicKey(lines[name] ?? "");
  if (key === undefined) throw new Error(`${name} is no key`);
  return key.key;
}

/** The numbers of the lines that OpenSSH finds for a host; with -l it looks at the keys as well. */
async function opensshLines(text: string, name: string): Promise<number[]> {
  const file = dir.join("oracle");
  writeFileSync(file, text, "latin1");
  const { stdout } = await run("ssh-keygen", ["-l", "-F", name, "-f", file]);
  return Array.from(stdout.matchAll(/ found: line (\d+)/g), ([, line]) => Number(line));
}

function ourLines(text: string, name: string): number[] {
  return findKnownKeys([{ name: "file", text }], name).map(({ line }) => line);
}

const FILE = `# a comment
host.example.com $a
HOST.example.com,other $c a comment
*.example.com,!host.example.com $b
[host.example.com]:2222 $a
[*.example.com]:2222,?.example.net $r
10.0.0.? $a

   indented.example.com	$a
@revoked * $b
@cert-authority *.example.org $r
@unknown-marker host.example.com $a
@revoked $a
host.example.com
host.example.com ssh-ed25519
host.example.com ssh-ed25519 not*base64
host.example.com ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIA
host.example.com 1024 35 123456789
!host.example.com $a
,host.example.com $a
host.example.com,[::1] $c
::1,fe80::1%eth0 $a
a*b*c.example.com $a
** $r
|1|bad $a
`;

describe("known_hosts", () => {
  it.each([
    "host.example.com",
    "other",
    "www.example.com",
    "example.com",
    "[host.example.com]:2222",
    "[www.example.com]:2222",
    "[www.example.com]:22222",
    "x.example.net",
    "xy.example.net",
    "10.0.0.7",
    "10.0.0.77",
    "indented.example.com",
    "x.example.org",
    "::1",
    "[::1]",
    "[::1]:2222",
    "fe80::1%eth0",
    "abc.example.com",
    "aXbYbZc.example.com",
    "aXbYbZ.example.com",
    "nowhere",
  ])("has the lines for %s that OpenSSH finds", async (name) => {
    const text = fill(FILE);
    expect(ourLines(text, name)).toEqual(await opensshLines(text, name));
  });

  it("has lines for hashed names", async () => {
    const names = ["host.example.com", "[host.example.com]:2222", "::1"];
    const file = dir.join("hashed");
    writeFileSync(file, names.map((name) => `${name} ${lines.a}\n`).join(""));
    execFileSync("ssh-keygen", ["-q", "-H", "-f", file], { stdio: "ignore" });
    const text = readFileSync(file, "latin1");
    expect(text).toMatch(/^\|1\|/);
    for (const name of [...names, "host.example.org", "[host.example.com]:2223"]) {
      const found = ourLines(text, name);
      expect(found).toEqual(await opensshLines(text, name));
      expect(found).toHaveLength(names.includes(name) ? 1 : 0);
    }
  });

  it("reads files from everywhere: CRLF, no end of line, no text at all", () => {
    expect(ourLines(fill("h $a\r\nh $c"), "h")).toEqual([1, 2]);
    expect(ourLines("", "h")).toEqual([]);
    expect(ourLines("\0\0\n|1|\n@\n@revoked\n h\n", "h")).toEqual([]);
  });

  it("matches patterns as OpenSSH does, whatever they are", async () => {
    const char = fc.constantFrom("a", "b", "*", "?", "!", ",", ".");
    const name = fc.stringMatching(/^[ab.]{1,8}$/);
    const patterns = fc.array(fc.tuple(fc.string({ unit: char, minLength: 1, maxLength: 8 }), name), {
      minLength: 40,
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(patterns, name, async (cases, host) => {
        const text = cases.map(([pattern]) => `${pattern} ${lines.a}\n`).join("");
        expect(ourLines(text, host)).toEqual(await opensshLines(text, host));
      }),
      { numRuns: 20 },
    );
  });

  it("does not lose itself in patterns that match in many ways", () => {
    const text = fill(`${"*a".repeat(400)}b $a\n`);
    expect(ourLines(text, "a".repeat(800))).toEqual([]);
  });

  it("calls hosts as OpenSSH does", () => {
    expect(knownHostName("Host", 22)).toBe("host");
    expect(knownHostName("HOST", 2222)).toBe("[host]:2222");
    expect(knownHostName("::1", 2222)).toBe("[::1]:2222");
  });

  it("has OpenSSH's fingerprints", async () => {
    for (const name of ["a", "c", "r"]) {
      const { stdout } = await run("ssh-keygen", ["-l", "-f", dir.join(`${name}.pub`)]);
      expect(stdout).toContain(` ${fingerprint(blob(name))} `);
    }
  });
});

describe("a host's key", () => {
  const judged = (key: string, port: number, ...texts: readonly string[]): string => {
    const files = texts.map((text, index) => ({ name: `file${index + 1}`, text: fill(text) }));
    const verdict = judgeKey(files, "Host", port, blob(key));
    return verdict.kind === "unknown"
      ? "unknown"
      : `${verdict.kind} ${verdict.entry.file}:${verdict.entry.line}`;
  };

  // What ssh -o StrictHostKeyChecking=yes does in each case is in test/live/ssh2.test.ts.
  it.each([
    ["known file1:1", 22, ["host $a"]],
    ["known file2:2", 22, ["other $b", "\nhost $a"]],
    ["known file1:2", 22, ["host $b\nhost $a"]],
    ["known file2:1", 22, ["host $b", "host $a"]],
    ["changed file1:1", 22, ["host $b"]],
    ["changed file1:2", 22, ["host $c\nhost $b"]],
    ["otherType file1:1", 22, ["host $c"]],
    ["unknown", 22, ["other $a"]],
    ["unknown", 22, []],
    ["unknown", 22, ["[host]:2222 $a"]],
    ["known file1:1", 2222, ["[host]:2222 $a"]],
    ["known file1:1", 2222, ["host $a"]],
    ["unknown", 2222, ["host $b"]],
    ["changed file1:2", 2222, ["host $a\n[host]:2222 $b"]],
    ["otherType file1:2", 2222, ["host $a\n[host]:2222 $c"]],
    ["revoked file2:1", 22, ["host $a", "@revoked * $a"]],
    ["revoked file1:1", 2222, ["@revoked host $a"]],
    ["known file1:2", 22, ["@revoked host $b\nhost $a"]],
    ["unknown", 22, ["@revoked host $b"]],
    ["authority file1:1", 22, ["@cert-authority * $a"]],
    ["known file1:2", 22, ["@cert-authority * $r\nhost $a"]],
    ["changed file1:2", 22, ["@cert-authority * $r\nhost $b"]],
  ] as const)("is %s on port %i with %j", (verdict, port, texts) => {
    expect(judged("a", port, ...texts)).toBe(verdict);
  });
});
