import { XML_KINDS } from "../../xml-kinds.js";
import type { XmlModel } from "../../xml-model.js";
import { readGrammar } from "./grammar.js";
import { SchemaError } from "./markup.js";
import { type Roots, readTypes } from "./types.js";

/** Makes the models of all kinds of documents of libvirt's schemas. */
export function readSchemas(
  schemas: ReadonlyMap<string, string>,
  libvirtVersion: string,
): readonly XmlModel[] {
  const roots: Roots = new Map();
  const read = (file: string): string => {
    const text = schemas.get(file);
    if (text === undefined) throw new SchemaError(file, "is included, but was not found");
    return text;
  };
  return XML_KINDS.map((kind) => ({
    libvirtVersion,
    ...readTypes(kind, readGrammar(kind.file, read), roots),
  }));
}
