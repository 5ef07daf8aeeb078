import { describe, expect, it } from "@jest/globals";
import { build } from "esbuild";

/** The files that a program loads at once, without those that it imports later on. */
async function filesOf(source: string): Promise<string[]> {
  const { metafile } = await build({
    stdin: { contents: source, resolveDir: process.cwd(), loader: "ts" },
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "node",
    plugins: [
      {
        name: "later",
        setup: (plugin) => {
          plugin.onResolve({ filter: /./ }, ({ kind, path }) =>
            kind === "dynamic-import" ? { path, external: true } : undefined,
          );
        },
      },
    ],
  });
  const [output] = Object.values(metafile.outputs);
  return Object.entries(output?.inputs ?? {}).flatMap(([file, { bytesInOutput }]) =>
    bytesInOutput > 0 ? [file] : [],
  );
}

describe("a program", () => {
  it("that has nothing to do with documents loads nothing of them", async () => {
    const files = await filesOf('import * as all from "./src/index.ts"; console.log(all);');
    expect(files).toContain("src/api/connect.ts");
    expect(files.filter((file) => /src\/xml\/|fast-xml|typebox/.test(file))).toEqual([]);
  });

  it("has only the kinds that it names", async () => {
    const files = await filesOf(
      'import { parse, SecretConfig } from "./src/xml/index.ts"; console.log(parse(SecretConfig, ""));',
    );
    const own = files.filter((file) => file.startsWith("src/xml/"));
    expect(own).toContain("src/xml/typed/read.ts");
    expect(own.filter((file) => /generated\/[^/]+\//.test(file))).toEqual([
      "src/xml/generated/secret/config.ts",
    ]);
    expect(own.filter((file) => /verbs\/(diff|validate)|builders/.test(file))).toEqual([]);
  });
});
