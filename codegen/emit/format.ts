import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { FileTree } from "./emit.js";

/** Formats files as the rest of the repository is, and sorts their imports. */
export function format(files: FileTree, root: string): FileTree {
  const folder = mkdtempSync(join(tmpdir(), "libvirt-rpc-codegen-"));
  try {
    // The repository's rules, without its choice of files: none of it matches here.
    const config = JSON.parse(readFileSync(join(root, "biome.json"), "utf8")) as object;
    const rules = {
      ...config,
      files: { includes: ["**"] },
      vcs: { enabled: false },
      linter: { enabled: false },
    };
    writeFileSync(join(folder, "biome.json"), JSON.stringify(rules));
    for (const [path, text] of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const biome = join(root, "node_modules", "@biomejs", "biome", "bin", "biome");
    // Twice, since what was broken into lines in the first pass may fit on one in the second.
    for (let pass = 0; pass < 2; pass++) {
      execFileSync(process.execPath, [biome, "check", "--write", "."], {
        cwd: folder,
        stdio: ["ignore", "pipe", "pipe"],
        encoding: "utf8",
      });
    }
    return new Map([...files.keys()].map((path) => [path, readFileSync(join(folder, path), "utf8")]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
