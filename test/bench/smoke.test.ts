import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "@jest/globals";
import type { Result } from "../../bench/duel.js";
import { GROUPS } from "../../bench/groups.js";

const execute = promisify(execFile);

// Whether figures are good is not for tests to say; that there are any is.
describe("each group of benchmarks", () => {
  beforeAll(async () => {
    await execute(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "bench/tsconfig.json"]);
  }, 60_000);

  it.each(Object.keys(GROUPS))(
    "has figures for all who take part: %s",
    async (group) => {
      const little = ["--json", "--rounds", "1", "--scale", "0.004", "--size", "2"];
      const { stdout } = await execute(process.execPath, [".build/bench/bench/main.js", group, ...little], {
        maxBuffer: 1e7,
      });
      const { machine, results } = JSON.parse(stdout) as { machine: object; results: Result[] };
      expect(machine).toMatchObject({ Node: process.version });
      expect(results.length).toBeGreaterThan(0);
      for (const result of results) {
        if ("readings" in result) {
          expect(result.readings.length).toBeGreaterThan(0);
          // Some are differences of memory, which may shrink when there is so little to measure. NaN would be null here.
          for (const { value } of result.readings) expect(Number.isFinite(value)).toBe(true);
          continue;
        }
        const figures = result.scores.flatMap(({ wallUs, perSecond }) => [wallUs, perSecond]);
        expect(figures.length).toBeGreaterThan(0);
        for (const figure of figures) expect(figure).toBeGreaterThan(0);
      }
    },
    60_000,
  );
});
