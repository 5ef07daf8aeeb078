import type { LibraryModel } from "../api-model.js";
import { type Models, PROTOCOL_NAMES, type ProtocolName } from "../models.js";
import { readApi } from "./api-xml.js";
import { HEADER_CONSTANTS } from "./header-constants.js";
import { parse } from "./parser.js";
import { resolve } from "./resolver.js";
import { readSchemas } from "./rng/import.js";
import type { LibvirtSources } from "./sources.js";

/** Makes models of libvirt's files. */
export function importModels({ protocols, api, schemas }: LibvirtSources): Models {
  const libraries = readApi(api);
  checkHeaderConstants(libraries);
  const libvirtVersion = version(libraries);
  const files = PROTOCOL_NAMES.map((name) => {
    const source = protocols.get(name);
    if (source === undefined) throw new Error(`the protocol '${name}' is missing`);
    return parse(source.file, source.text);
  });
  const models = resolve(files, libvirtVersion);
  return {
    protocols: new Map(models.map((model, index) => [PROTOCOL_NAMES[index] as ProtocolName, model])),
    api: { libvirtVersion, libraries },
    xml: readSchemas(schemas, libvirtVersion),
  };
}

/** `LIBVIR_VERSION_NUMBER` is major * 1,000,000 + minor * 1,000 + release. */
function version(libraries: readonly LibraryModel[]): string {
  const macro = libraries
    .flatMap(({ macros }) => macros)
    .find(({ name }) => name === "LIBVIR_VERSION_NUMBER");
  const number = Number(macro?.number);
  if (!Number.isInteger(number)) throw new Error("the API XML does not state LIBVIR_VERSION_NUMBER");
  return [Math.trunc(number / 1_000_000), Math.trunc(number / 1000) % 1000, number % 1000].join(".");
}

function checkHeaderConstants(libraries: readonly LibraryModel[]): void {
  const stated = new Map<string, number>();
  for (const { enums, macros } of libraries) {
    for (const { name, value } of enums.flatMap(({ members }) => members)) stated.set(name, value);
    for (const { name, number } of macros) if (number !== undefined) stated.set(name, Number(number));
  }
  for (const [name, value] of HEADER_CONSTANTS) {
    const other = stated.get(name);
    if (other !== undefined && other !== value) {
      throw new Error(
        `${name} is ${other} in the API XML, but ${value} in codegen/import/header-constants.ts`,
      );
    }
  }
}
