import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { compareTrees, readTree } from "../../codegen/emit/tree.js";
import { findSources } from "../../codegen/import/sources.js";
import { run } from "../../codegen/run.js";

/** A repository with just what the command needs. */
let root = "";
let generated = "";
let printed: string[] = [];

const print = (line: string): void => {
  printed.push(line);
};

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "libvirt-rpc-run-"));
  generated = join(root, "src", "protocol", "generated");
  mkdirSync(join(root, "codegen"), { recursive: true });
  cpSync(join(process.cwd(), "biome.json"), join(root, "biome.json"));
  cpSync(join(process.cwd(), "codegen", "model"), join(root, "codegen", "model"), { recursive: true });
  for (const copied of ["codegen/docs", "src/api/generated", "src/xml/generated", "docs", "README.md"]) {
    cpSync(join(process.cwd(), copied), join(root, copied), { recursive: true });
  }
  cpSync(join(process.cwd(), "src", "protocol", "generated"), generated, { recursive: true });
  symlinkSync(join(process.cwd(), "node_modules"), join(root, "node_modules"));
});

beforeEach(() => {
  printed = [];
});

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

describe("codegen", () => {
  it("finds nothing to complain about in what is committed", () => {
    expect(run(["--check"], root, print)).toBe(0);
    expect(printed).toEqual([]);
  });

  it("reports each file that differs, is missing or is stale, and puts it right", () => {
    const before = readTree(generated);
    const changed = join(generated, "net", "constants.ts");
    writeFileSync(changed, readFileSync(changed, "utf8").replace("65536", "65537"));
    rmSync(join(generated, "qemu", "index.ts"));
    writeFileSync(join(generated, "old.ts"), "export {};\n");
    expect(run(["--check"], root, print)).toBe(1);
    expect(printed).toEqual([
      "src/protocol/generated/net/constants.ts differs",
      "src/protocol/generated/old.ts is stale",
      "src/protocol/generated/qemu/index.ts is missing",
      "run npm run codegen",
    ]);
    expect(run([], root, print)).toBe(0);
    expect(compareTrees(readTree(generated), before)).toEqual([]);
  });

  it("explains itself", () => {
    expect(run(["--help"], root, print)).toBe(0);
    expect(printed.join("\n")).toContain("--libvirt DIR");
  });
});

describe("findSources", () => {
  it("names every file that is missing, and where it looked", () => {
    const folder = mkdtempSync(join(root, "empty-"));
    mkdirSync(join(folder, "src", "rpc"), { recursive: true });
    writeFileSync(join(folder, "src", "rpc", "virnetprotocol.x"), "");
    expect(() => findSources(folder)).toThrow(
      /missing:\n {2}virkeepaliveprotocol\.x \(looked for .*src\/rpc/,
    );
    expect(() => findSources(folder)).toThrow(/libvirt-admin-api\.xml \(looked for .*docs/);
    expect(() => findSources(folder)).toThrow(/networkport\.rng \(looked for in .*src\/conf\/schemas/);
    expect(() => findSources(folder)).not.toThrow(/virnetprotocol\.x/);
  });
});
