import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { parseArgs } from "node:util";
import { coverageOf } from "./emit/api/coverage.js";
import { coverageIndex, coverageTable } from "./emit/api/coverage-docs.js";
import { emitApi } from "./emit/api/emit-api.js";
import { emit, type FileTree } from "./emit/emit.js";
import { format } from "./emit/format.js";
import { readTexts } from "./emit/texts.js";
import { compareTrees, readTree, writeTree } from "./emit/tree.js";
import { emitXml } from "./emit/xml/emit-xml.js";
import { importModels } from "./import/import.js";
import { findSources } from "./import/sources.js";
import { readModels, writeModels } from "./models.js";

const USAGE = `usage: npm run codegen                    generate from the committed model
       npm run codegen -- --libvirt DIR   read libvirt's source tree (or a folder with its .x, .rng
                                          and *-api.xml files) into the model first
       npm run codegen:check              only tell whether the generated files are up to date`;

/** Where the generated files are, below the root of the repository. */
const GENERATED = "src/protocol/generated";
const API_GENERATED = "src/api/generated";
const XML_GENERATED = "src/xml/generated";
/** The longest file that is still pleasant to read. */
const MAX_LINES = 1500;

/** Runs the command in the repository at `root`; returns its exit code. */
export function run(args: readonly string[], root: string, print: (line: string) => void): number {
  const { values } = parseArgs({
    args: [...args],
    options: { libvirt: { type: "string" }, check: { type: "boolean" }, help: { type: "boolean" } },
  });
  if (values.help) {
    print(USAGE);
    return 0;
  }
  const modelFolder = join(root, "codegen", "model");
  if (values.libvirt !== undefined) writeModels(modelFolder, importModels(findSources(values.libvirt)));
  const models = readModels(modelFolder);
  const api = emitApi(models, readTexts(join(root, "codegen", "docs")));
  const trees = new Map<string, FileTree>([
    [GENERATED, emit(models)],
    [API_GENERATED, new Map(api.map((file) => [basename(file.path), file.toString()]))],
    [XML_GENERATED, emitXml(models.xml, readTexts(join(root, "codegen", "docs", "xml")))],
  ]);
  let drifted = 0;
  for (const [folder, tree] of trees) {
    const files = format(tree, root);
    checkLengths(files);
    const target = join(root, folder);
    if (!values.check) {
      writeTree(target, files);
      continue;
    }
    const drifts = compareTrees(readTree(target), files);
    for (const { path, problem } of drifts) print(`${folder}/${path} ${problem}`);
    drifted += drifts.length;
  }
  const coverage = coverageOf(models.api);
  const readme = join(root, "README.md");
  const documents = new Map([
    [join(root, "docs", "c-functions.md"), coverageIndex(coverage)],
    [readme, fillMarkers(readFileSync(readme, "utf8"), "coverage", coverageTable(coverage))],
  ]);
  for (const [path, text] of documents) {
    if (existsSync(path) && readFileSync(path, "utf8") === text) continue;
    if (!values.check) writeFileSync(path, text);
    else {
      print(`${relative(root, path)} differs`);
      drifted++;
    }
  }
  if (drifted > 0) print("run npm run codegen");
  return drifted > 0 ? 1 : 0;
}

function checkLengths(files: FileTree): void {
  for (const [path, text] of files) {
    const lines = text.split("\n").length - 1;
    if (lines > MAX_LINES)
      throw new Error(
        `${path} has ${lines} lines; divide it in the layout.ts of codegen/emit or codegen/emit/xml`,
      );
  }
}

/** Puts `content` between the two comments that mark its place. */
function fillMarkers(text: string, name: string, content: string): string {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`README.md lacks the markers ${start} and ${end}`);
  return `${text.slice(0, from + start.length)}\n${content}\n${text.slice(to)}`;
}
