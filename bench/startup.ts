import { copyFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Contestant, type Duel, duel } from "./duel.js";
import { timed } from "./peer-process.js";

const path = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
export const NODE_ALONE = "node -e 0";
export const PACKAGE = "import libvirt-rpc";
export const COMMAND = "libvirt-rpc --version";

/** What it takes until a program can begin. */
export async function startup(): Promise<readonly Duel[]> {
  const entry = pathToFileURL(path("../src/index.js")).href;
  const run = (name: string, ...command: readonly string[]): Contestant => ({
    name,
    run: () => timed(command),
  });
  const node = process.execPath;
  // Its version is in there.
  copyFileSync("package.json", path("../package.json"));
  return [
    await duel("start of a process", 1, [
      run(NODE_ALONE, node, "-e", "0"),
      run(PACKAGE, node, "--input-type=module", "-e", `import ${JSON.stringify(entry)}`),
      run(COMMAND, node, path("../src/cli/main.js"), "--version"),
      run("python3 -c 'import libvirt'", "/usr/bin/python3", "-c", "import libvirt"),
      run("virsh --version", "virsh", "--version"),
    ]),
  ];
}
