import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PROTOCOL_NAMES, type ProtocolName } from "../models.js";
import { XML_KINDS } from "../xml-kinds.js";

/** An input of the import: what it is called, and where in a libvirt source tree or a flat folder it may be. */
interface Input {
  readonly file: string;
  readonly folders: readonly string[];
}

/** The `.x` files by the name of their model. */
const PROTOCOLS: Readonly<Record<ProtocolName, Input>> = {
  net: { file: "virnetprotocol.x", folders: ["src/rpc"] },
  keepalive: { file: "virkeepaliveprotocol.x", folders: ["src/rpc"] },
  remote: { file: "remote_protocol.x", folders: ["src/remote"] },
  qemu: { file: "qemu_protocol.x", folders: ["src/remote"] },
  lxc: { file: "lxc_protocol.x", folders: ["src/remote"] },
  admin: { file: "admin_protocol.x", folders: ["src/admin"] },
};

/** libvirt's build writes these; in a source tree they are below the build folder. */
const API_FILES = ["libvirt-api.xml", "libvirt-qemu-api.xml", "libvirt-lxc-api.xml", "libvirt-admin-api.xml"];
const API_FOLDERS = ["api", "docs", "build/docs", "_build/docs"];

/** Schemas of XML documents are in this folder of a source tree, or beside the rest. */
const SCHEMA_FOLDERS = [".", "schemas", "src/conf/schemas", "docs/schemas"];

export interface SourceText {
  /** Name without folder: what errors and headers of generated files show. */
  readonly file: string;
  readonly text: string;
}

export interface LibvirtSources {
  readonly protocols: ReadonlyMap<ProtocolName, SourceText>;
  readonly api: readonly SourceText[];
  /** The schemas that describe documents, and those that they include, by name. */
  readonly schemas: ReadonlyMap<string, string>;
}

/** Finds the inputs in `root`. What is missing is named all at once, with the places that were searched. */
export function findSources(root: string): LibvirtSources {
  const missing: string[] = [];
  const read = ({ file, folders }: Input): SourceText => {
    const places = [".", ...folders].map((folder) => join(root, folder, file));
    const place = places.find((path) => existsSync(path));
    if (place === undefined) missing.push(`${file} (looked for ${places.join(", ")})`);
    return { file, text: place === undefined ? "" : readFileSync(place, "utf8") };
  };
  const protocols = new Map(PROTOCOL_NAMES.map((name) => [name, read(PROTOCOLS[name])]));
  const api = API_FILES.map((file) => read({ file, folders: API_FOLDERS }));
  const schemas = readSchemas(root);
  for (const { file } of XML_KINDS) {
    if (!schemas.has(file))
      missing.push(
        `${file} (looked for in ${SCHEMA_FOLDERS.map((folder) => join(root, folder)).join(", ")})`,
      );
  }
  if (missing.length > 0) {
    throw new Error(
      `'${root}' is no libvirt source tree, nor a folder with its .x and *-api.xml files; missing:\n` +
        `${missing.map((line) => `  ${line}`).join("\n")}\n` +
        "The *-api.xml files come from building libvirt (meson compile) or from its development package.",
    );
  }
  return { protocols, api, schemas };
}

function readSchemas(root: string): ReadonlyMap<string, string> {
  const schemas = new Map<string, string>();
  for (const folder of SCHEMA_FOLDERS.map((name) => join(root, name)).filter((path) => existsSync(path))) {
    for (const name of readdirSync(folder).filter((file) => file.endsWith(".rng"))) {
      if (!schemas.has(name)) schemas.set(name, readFileSync(join(folder, name), "utf8"));
    }
  }
  return schemas;
}
