import { join } from "node:path";
import { build } from "esbuild";

/**
 * Makes a program of `source`, which may import from `./src`, in one file: for other users, or other namespaces,
 * than the tests' own. Packages that are only loaded when they are needed stay where they are.
 */
export async function bundleProgram(source: string, file: string): Promise<void> {
  await build({
    stdin: { contents: source, resolveDir: process.cwd(), loader: "ts" },
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    external: ["kerberos", "multicast-dns", "node-forge", "ssh2"],
    outfile: file,
    logLevel: "error",
  });
}

/**
 * Makes a program in a folder, whose parts are in files of their own and loaded when they are needed, as those of the
 * package are. Nothing of the packages that it uses is in it.
 *
 * @returns the path of the program.
 */
export async function bundleInParts(source: string, folder: string): Promise<string> {
  await build({
    stdin: { contents: source, resolveDir: process.cwd(), loader: "ts" },
    bundle: true,
    splitting: true,
    packages: "external",
    format: "esm",
    platform: "node",
    target: "node20",
    outdir: folder,
    entryNames: "program",
    outExtension: { ".js": ".mjs" },
    logLevel: "error",
  });
  return join(folder, "program.mjs");
}
