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
