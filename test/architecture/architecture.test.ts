import { readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { findCycle, type Import, importsOf, sourceFiles } from "./imports.js";

const root = process.cwd();
const files = sourceFiles(root, "src");
const imports = files.flatMap((file) => importsOf(root, file));

/** Which rooms of src a room may import from; itself always. What is not listed here does not exist. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  auth: ["errors"],
  config: ["auth", "errors"],
  discovery: ["errors"],
  pki: ["errors"],
  sasl: ["auth", "errors"],
  transport: ["auth", "errors"],
  xml: [],
  "protocol/xdr-codec": [],
  protocol: ["errors", "protocol/xdr-codec"],
  api: ["auth", "config", "errors", "protocol", "sasl", "transport"],
  "api/documents": ["errors", "protocol", "xml"],
  testing: ["errors", "protocol", "sasl", "transport"],
  cli: ["", "xml"],
  "": ["api", "auth", "errors", "protocol", "transport"],
};

/** Imports that vanish when compiled, allowed beyond the above. */
const ALLOWED_AS_TYPES: Readonly<Record<string, readonly string[]>> = {
  api: ["api/documents", "xml"],
  protocol: ["transport"],
  sasl: ["protocol"],
};

/** Rooms that another is loaded from only when it is needed. */
const ALLOWED_LATER: Readonly<Record<string, readonly string[]>> = {
  api: ["api/documents", "testing"],
};

/** Folders within a room that are rooms of their own. */
const OWN_ROOMS: readonly string[] = ["protocol/xdr-codec", "api/documents"];

function roomOf(file: string): string {
  const parts = file.split("/").slice(1, -1);
  const own = OWN_ROOMS.find((room) => file.startsWith(`src/${room}/`));
  return own ?? parts[0] ?? "";
}

function show({ from, to }: Import): string {
  return `${from} → ${to}`;
}

describe("the house", () => {
  it("is read completely", () => {
    expect(files.length).toBeGreaterThan(50);
    expect(imports.length).toBeGreaterThan(files.length);
    expect(new Set(files.map(roomOf))).toEqual(new Set(Object.keys(ALLOWED)));
  });

  it("has every file that it imports", () => {
    const known = new Set(files);
    expect(imports.filter(({ to }) => to.startsWith("src/") && !known.has(to)).map(show)).toEqual([]);
  });

  it("lets imports flow one way", () => {
    const wrong = imports.filter(({ from, to, typeOnly, dynamic }) => {
      if (!to.startsWith("src/")) return false;
      const room = roomOf(from);
      const target = roomOf(to);
      const allowed = [
        room,
        ...(ALLOWED[room] ?? []),
        ...(typeOnly ? (ALLOWED_AS_TYPES[room] ?? []) : []),
        ...(dynamic ? (ALLOWED_LATER[room] ?? []) : []),
      ];
      return !allowed.includes(target);
    });
    expect(wrong.map(show)).toEqual([]);
  });

  it("has no cycle at run time", () => {
    expect(findCycle(imports.filter(({ typeOnly }) => !typeOnly))).toBeUndefined();
  });

  it("has no cycle of types, but for handles that give each other", () => {
    // A pool gives volumes and a volume its pool: their types need each other, what runs does not.
    expect(
      findCycle(imports.filter(({ from, typeOnly }) => !typeOnly || roomOf(from) !== "api")),
    ).toBeUndefined();
  });

  it("finds a cycle where there is one", () => {
    const edge = (from: string, to: string): Import => ({ from, to, typeOnly: false, dynamic: false });
    expect(findCycle([edge("a", "b"), edge("b", "c"), edge("c", "b")])).toEqual(["b", "c", "b"]);
    expect(findCycle([edge("a", "b"), edge("a", "c"), edge("b", "c")])).toBeUndefined();
  });

  it("imports nothing of Node, and no package, in the protocol", () => {
    const outside = imports.filter(
      ({ from, to }) => from.startsWith("src/protocol/") && !to.startsWith("src/"),
    );
    expect(outside.map(show)).toEqual([]);
  });

  it("names built-in modules with node:", () => {
    expect(imports.filter(({ to }) => builtinModules.includes(to)).map(show)).toEqual([]);
  });

  it("imports from src only what lies in src, a dependency or Node", () => {
    const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      dependencies?: Record<string, string>;
      peerDependencies?: Record<string, string>;
    };
    const dependencies = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
    const wrong = imports.filter(
      ({ to }) =>
        !to.startsWith("src/") &&
        !to.startsWith("node:") &&
        !dependencies.some((name) => to === name || to.startsWith(`${name}/`)),
    );
    expect(wrong.map(show)).toEqual([]);
  });

  it("reaches another room's index, or generated code, and never its insides", () => {
    const wrong = imports.filter(({ from, to }) => {
      if (!to.startsWith("src/") || roomOf(from) === roomOf(to)) return false;
      return !/\/(index|transport)\.ts$/.test(to) && !to.includes("/generated/");
    });
    expect(wrong.map(show)).toEqual([]);
  });

  it("keeps files small: 450 lines by hand, 1,500 generated", () => {
    const handWritten = [...files, ...sourceFiles(root, "codegen")];
    const long = handWritten.filter((file) => {
      const lines = readFileSync(join(root, file), "utf8").split("\n").length;
      return lines > (file.includes("/generated/") ? 1500 : 450);
    });
    expect(long).toEqual([]);
  });
});
