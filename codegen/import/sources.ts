import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PROTOCOL_NAMES, type ProtocolName } from "../models.js";

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

export interface SourceText {
  /** Name without folder: what errors and headers of generated files show. */
  readonly file: string;
  readonly text: string;
}

export interface LibvirtSources {
  readonly protocols: ReadonlyMap<ProtocolName, SourceText>;
  readonly api: readonly SourceText[];
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
  if (missing.length > 0) {
    throw new Error(
      `'${root}' is no libvirt source tree, nor a folder with its .x and *-api.xml files; missing:\n` +
        `${missing.map((line) => `  ${line}`).join("\n")}\n` +
        "The *-api.xml files come from building libvirt (meson compile) or from its development package.",
    );
  }
  return { protocols, api };
}
