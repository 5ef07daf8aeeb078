import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { HEADER_CONSTANTS } from "../../codegen/import/header-constants.js";
import { formatJson } from "../../codegen/models.js";
import { constants, models, procedure, protocol } from "./models.js";

const libraries = new Map(models.api.libraries.map((library) => [library.name, library]));
const enums = new Map(
  models.api.libraries.flatMap((library) => library.enums.map((type) => [type.name, type])),
);
const macros = new Map(
  models.api.libraries.flatMap((library) => library.macros.map((macro) => [macro.name, macro])),
);

describe("the committed model", () => {
  it.each([
    ["remote", 456],
    ["qemu", 7],
    ["lxc", 1],
    ["admin", 20],
    ["keepalive", 2],
    ["net", 0],
  ] as const)("has all procedures of %s, numbered without gaps", (name, count) => {
    const numbers = protocol(name).procedures.map(({ number }) => number);
    expect(numbers).toEqual(Array.from({ length: count }, (_, index) => index + 1));
  });

  it("is of one version", () => {
    const versions = [...models.protocols.values()].map(({ libvirtVersion }) => libvirtVersion);
    expect(new Set([...versions, models.api.libvirtVersion])).toEqual(new Set(["12.8.0"]));
  });

  it("is written in its own format", () => {
    const folder = join(process.cwd(), "codegen", "model");
    for (const [name, model] of [...models.protocols, ["api", models.api] as const]) {
      expect(readFileSync(join(folder, `${name}.json`), "utf8")).toBe(`${formatJson(model)}\n`);
    }
  });

  it("knows the programs", () => {
    const ids = (["remote", "qemu", "lxc", "admin", "keepalive"] as const).map((name) => {
      const { program } = protocol(name);
      return [constants.get(program?.id ?? ""), constants.get(program?.version ?? "")];
    });
    expect(ids).toEqual([
      [0x20008086, 1],
      [0x20008087, 1],
      [0x00068000, 1],
      [0x06900690, 1],
      [0x6b656570, 1],
    ]);
  });

  it.each([
    ["REMOTE_PROC_CONNECT_OPEN", 1],
    ["REMOTE_PROC_DOMAIN_GET_INFO", 16],
    ["REMOTE_PROC_AUTH_LIST", 66],
    ["REMOTE_PROC_DOMAIN_MIGRATE_PREPARE_TUNNEL", 148],
    ["REMOTE_PROC_DOMAIN_OPEN_CONSOLE", 201],
    ["REMOTE_PROC_STORAGE_VOL_UPLOAD", 208],
    ["REMOTE_PROC_STORAGE_VOL_DOWNLOAD", 209],
    ["REMOTE_PROC_DOMAIN_SCREENSHOT", 211],
    ["REMOTE_PROC_DOMAIN_MIGRATE_PREPARE_TUNNEL3", 215],
    ["REMOTE_PROC_DOMAIN_OPEN_CHANNEL", 296],
    ["REMOTE_PROC_DOMAIN_EVENT_CALLBACK_LIFECYCLE", 318],
    ["REMOTE_PROC_DOMAIN_ANNOUNCE_INTERFACE", 456],
  ])("numbers %s as %d", (name, number) => {
    expect(procedure("remote", name).number).toBe(number);
  });

  it("has a struct for every procedure that names one, and a message for every event", () => {
    for (const model of models.protocols.values()) {
      const structs = new Set(model.types.filter(({ kind }) => kind === "struct").map(({ name }) => name));
      for (const { args, ret, msg } of model.procedures) {
        for (const struct of [args, ret, msg]) if (struct !== undefined) expect(structs).toContain(struct);
      }
    }
    const events = protocol("remote").procedures.filter(({ msg }) => msg !== undefined);
    for (const { name } of events) expect(name).toMatch(/_EVENT_/);
    expect(procedure("qemu", "QEMU_PROC_DOMAIN_MONITOR_EVENT").msg).toBe("qemu_domain_monitor_event_msg");
  });

  it("has the annotations of procedures", () => {
    expect(procedure("remote", "REMOTE_PROC_STORAGE_VOL_UPLOAD")).toMatchObject({
      stream: { direction: "write", at: 1 },
      sparseFlag: "VIR_STORAGE_VOL_UPLOAD_SPARSE_STREAM",
    });
    expect(procedure("remote", "REMOTE_PROC_DOMAIN_GET_XML_DESC").acl).toEqual([
      "domain:read",
      "domain:read_secure:VIR_DOMAIN_XML_SECURE",
      "domain:read_secure:VIR_DOMAIN_XML_MIGRATABLE",
    ]);
    const high = protocol("remote").procedures.filter(({ priority }) => priority === "high");
    expect(high).toHaveLength(187);
  });

  it("agrees with the public headers on what the .x files take from them", () => {
    const stated = new Map(
      [...enums.values()].flatMap(({ members }) => members.map(({ name, value }) => [name, value])),
    );
    for (const [name, value] of HEADER_CONSTANTS) {
      const number = macros.get(name)?.number ?? stated.get(name);
      if (name.startsWith("VIR_")) expect([name, Number(number)]).toEqual([name, value]);
    }
  });

  it("has the whole public interface", () => {
    const sizes = [...libraries.values()].map(({ name, functions, enums: all }) => [
      name,
      functions.length,
      all.length,
    ]);
    expect(sizes).toEqual([
      ["libvirt", 525, 176],
      ["libvirt-qemu", 6, 3],
      ["libvirt-lxc", 4, 0],
      ["libvirt-admin", 33, 2],
    ]);
  });

  it("resolves symbolic values", () => {
    const member = enums
      .get("virDomainVcpuFlags")
      ?.members.find(({ name }) => name === "VIR_DOMAIN_VCPU_LIVE");
    expect(member).toMatchObject({ value: 1, from: "VIR_DOMAIN_AFFECT_LIVE" });
  });

  it("knows the types of typed parameters", () => {
    expect(macros.get("VIR_DOMAIN_SCHEDULER_CPU_SHARES")).toMatchObject({
      string: "cpu_shares",
      parameterTypes: ["ullong"],
    });
    expect(macros.get("VIR_MIGRATE_PARAM_BANDWIDTH")).toMatchObject({ parameterTypes: ["ullong"] });
    expect(macros.get("VIR_DOMAIN_MEMORY_PARAM_UNLIMITED")).toMatchObject({ number: "9007199254740991n" });
  });

  it("holds names, numbers and types, and no sentences", () => {
    const strings: string[] = [];
    const collect = (value: unknown): void => {
      if (typeof value === "string") strings.push(value);
      else if (typeof value === "object" && value !== null) Object.values(value).forEach(collect);
    };
    collect(models.api);
    for (const model of models.protocols.values()) collect(model);
    // The longest thing of several words is a C type such as `const unsigned long long *`.
    const prose = strings.filter((text) => text.trim().split(/\s+/).length > 5 || text.length > 90);
    expect(prose).toEqual([]);
  });
});
