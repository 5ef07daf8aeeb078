import { execFileSync } from "node:child_process";
import type { Reading } from "./duel.js";

interface Bundle {
  readonly name: string;
  readonly gzipped: number;
}

/** What bundles take, as `npm run size` measures it. */
export async function size(): Promise<readonly Reading[]> {
  const bundles = JSON.parse(
    execFileSync(process.execPath, ["scripts/bundle-size.js", "--json"]).toString(),
  ) as Bundle[];
  const readings = bundles.map(({ name, gzipped }) => ({
    name: name.replaceAll("`", ""),
    value: gzipped / 1000,
  }));
  return [{ title: "bundle, gzipped", unit: "kB", rounds: 1, readings }];
}
