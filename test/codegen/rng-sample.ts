import { readGrammar } from "../../codegen/import/rng/grammar.js";
import type { Pattern } from "../../codegen/import/rng/pattern.js";
import { type Roots, readTypes } from "../../codegen/import/rng/types.js";
import type { XmlKind } from "../../codegen/xml-kinds.js";
import type { XmlModel, XmlType } from "../../codegen/xml-model.js";

/** A schema of our own: what is inside of `<grammar>`. */
export function schema(content: string): string {
  return `<grammar xmlns="http://relaxng.org/ns/structure/1.0">${content}</grammar>`;
}

/** Reads `main.rng` of the given files, each without its `<grammar>`. */
export function read(files: Readonly<Record<string, string>>): Pattern {
  return readGrammar("main.rng", (file) => {
    const content = files[file];
    if (content === undefined) throw new Error(`no ${file}`);
    return schema(content);
  });
}

export const KIND: XmlKind = { kind: "network", file: "main.rng", root: "BoxConfig", prefix: "Box" };

/** The model of a kind whose schema is `content`. */
export function modelOf(content: string, roots: Roots = new Map()): XmlModel {
  return { libvirtVersion: "1.2.3", ...readTypes(KIND, read({ "main.rng": content }), roots) };
}

export function typeOf(content: string, name = "BoxConfig"): XmlType {
  const model = modelOf(content);
  const type = model.types.find((candidate) => candidate.name === name);
  if (type === undefined) throw new Error(`no ${name} among ${model.types.map((each) => each.name).join()}`);
  return type;
}
