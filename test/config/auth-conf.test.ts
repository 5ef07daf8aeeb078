import { mkdirSync, writeFileSync } from "node:fs";
import { inspect } from "node:util";
import { afterAll, describe, expect, it } from "@jest/globals";
import type { AuthOptions, CredentialRequest } from "../../src/auth/index.js";
import { type CredentialPlaces, credentialSource } from "../../src/config/index.js";
import { TempDir } from "../transport/temp-dir.js";

const dir = new TempDir();
afterAll(() => dir[Symbol.dispose]());

let made = 0;
/** Writes files into a folder that stands for `$XDG_CONFIG_HOME/libvirt` (user) and /etc/libvirt (system). */
function places(files: {
  readonly user?: string;
  readonly system?: string;
  readonly named?: string;
  readonly variable?: string;
}): CredentialPlaces {
  const base = dir.join(String(made++));
  for (const each of ["xdg/libvirt", "etc"]) mkdirSync(`${base}/${each}`, { recursive: true });
  const paths = {
    user: `${base}/xdg/libvirt/auth.conf`,
    system: `${base}/etc/auth.conf`,
    named: `${base}/named`,
    variable: `${base}/variable`,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(paths[name as keyof typeof paths], text);
  return {
    etcDir: `${base}/etc`,
    env: {
      XDG_CONFIG_HOME: `${base}/xdg`,
      ...(files.variable === undefined ? {} : { LIBVIRT_AUTH_FILE: paths.variable }),
    },
    authfile: files.named === undefined ? undefined : paths.named,
  };
}

function entry(user: string, group = "auth-libvirt-h", more = ""): string {
  return `[credentials-c]\nauthname=${user}\npassword=p-${user}\n${more}\n[${group}]\ncredentials=c\n`;
}

async function get(
  where: CredentialPlaces,
  request: Partial<CredentialRequest> = {},
  options: AuthOptions = {},
): Promise<string | undefined> {
  const source = credentialSource(options, where);
  return await source.get({ kind: "username", service: "libvirt", host: "h", ...request });
}

describe("credentials", () => {
  it("come from options, auth.conf, the URI and the callback, in that order", async () => {
    const where = { ...places({ user: entry("file") }), user: "uri" };
    const ask = (): string => "asked";
    expect(await get(where, {}, { username: "option", ask })).toBe("option");
    expect(await get(where, {}, { ask })).toBe("file");
    expect(await get({ ...where, ...places({}) }, {}, { ask })).toBe("uri");
    expect(await get(places({}), {}, { ask })).toBe("asked");
    expect(await get(places({}))).toBeUndefined();
  });

  it("are asked for with everything that is known of the question", async () => {
    const asked: CredentialRequest[] = [];
    const request = { kind: "password", service: "ssh", host: "h", username: "u", echo: false } as const;
    const ask = async (each: CredentialRequest): Promise<undefined> => {
      asked.push(each);
    };
    expect(await get(places({}), request, { ask })).toBeUndefined();
    expect(asked).toEqual([request]);
  });

  it("have their own names in auth.conf", async () => {
    const where = places({ user: entry("a", "auth-libvirt-h", "username=b\nrealm=r") });
    expect(await get(where)).toBe("a");
    expect(await get(where, { kind: "authorizationId" })).toBe("b");
    expect(await get(where, { kind: "password" })).toBe("p-a");
    expect(await get(where, { kind: "realm" })).toBe("r");
    expect(await get(where, { kind: "answer" })).toBeUndefined();
    const ssh = places({ user: entry("a", "auth-ssh-h", "username=login") });
    expect(await get(ssh, { service: "ssh" })).toBe("login");
    expect(await get(ssh)).toBeUndefined();
  });

  it("are looked up by service and host, then by the default", async () => {
    const text = `[credentials-x]\nauthname=x\n[credentials-y]\nauthname=y\n[auth-libvirt-h]\ncredentials=x\n[auth-libvirt-default]\ncredentials=y\n`;
    expect(await get(places({ user: text }))).toBe("x");
    expect(await get(places({ user: text }), { host: "other" })).toBe("y");
    expect(await get(places({ user: text }), { service: "ssh" })).toBeUndefined();
  });

  it("come from the first file there is", async () => {
    const all = { variable: entry("v"), named: entry("n"), user: entry("u"), system: entry("s") };
    expect(await get(places(all))).toBe("v");
    expect(await get(places({ ...all, variable: "" }))).toBeUndefined();
    const named = { named: all.named, user: all.user, system: all.system };
    expect(await get(places(named))).toBe("n");
    expect(await get(places({ user: entry("u"), system: entry("s") }))).toBe("u");
    expect(await get(places({ system: entry("s") }))).toBe("s");
  });

  it("may have spaces in front, escapes, comments and repeated groups", async () => {
    const text = `# comment\n\n  [credentials-c]  \n authname = a\\sb\\\\c\n[auth-libvirt-h]\r\ncredentials=c\r\n[credentials-c]\npassword==x=#y\n`;
    expect(await get(places({ user: text }))).toBe("a b\\c");
    expect(await get(places({ user: text }), { kind: "password" })).toBe("=x=#y");
  });
});

describe("an auth.conf that is not as it should be", () => {
  it.each([
    ["[auth-libvirt-h]\nx=1\n", /\[auth-libvirt-h\] has no line "credentials=NAME"/],
    ["[auth-libvirt-h]\ncredentials=c\n", /refers to \[credentials-c\], which is not there/],
    ["hunter2=1\n[x]\n", /line 1: expected "\[group\]"/],
    ["[x]\n\nhunter2\n", /line 3: expected "\[group\]"/],
    ["[hunter2\n", /line 1: expected/],
  ])("is refused without showing what is in it: %j", async (text, message) => {
    const error: unknown = await get(places({ user: text })).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "INVALID_CONFIG", message: expect.stringMatching(message) });
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain("hunter2");
  });

  it("is refused if it was named and cannot be read", async () => {
    await expect(get({ ...places({}), authfile: dir.join("none") })).rejects.toThrow(
      /none cannot be read \(ENOENT\)/,
    );
    await expect(get({ ...places({}), authfile: dir.path })).rejects.toThrow(/EISDIR/);
  });

  it("is not needed if the options tell", async () => {
    const where = { ...places({}), authfile: dir.join("none") };
    expect(await get(where, {}, { username: "u" })).toBe("u");
  });
});
