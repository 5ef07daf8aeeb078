import { join } from "node:path";
import { parseArgs } from "node:util";
import { emit, type FileTree } from "./emit/emit.js";
import { format } from "./emit/format.js";
import { compareTrees, readTree, writeTree } from "./emit/tree.js";
import { importModels } from "./import/import.js";
import { findSources } from "./import/sources.js";
import { readModels, writeModels } from "./models.js";

const USAGE = `usage: npm run codegen                    generate from the committed model
       npm run codegen -- --libvirt DIR   read libvirt's source tree (or a folder with its .x and
                                          *-api.xml files) into the model first
       npm run codegen:check              only tell whether the generated files are up to date`;

/** Where the generated files are, below the root of the repository. */
const GENERATED = "src/protocol/generated";
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
  const target = join(root, GENERATED);
  if (values.libvirt !== undefined) writeModels(modelFolder, importModels(findSources(values.libvirt)));
  const files = format(emit(readModels(modelFolder)), root);
  checkLengths(files);
  if (!values.check) {
    writeTree(target, files);
    return 0;
  }
  const drifts = compareTrees(readTree(target), files);
  for (const { path, problem } of drifts) print(`${GENERATED}/${path} ${problem}`);
  if (drifts.length > 0) print("run npm run codegen");
  return drifts.length > 0 ? 1 : 0;
}

function checkLengths(files: FileTree): void {
  for (const [path, text] of files) {
    const lines = text.split("\n").length - 1;
    if (lines > MAX_LINES) throw new Error(`${path} has ${lines} lines; divide it in codegen/emit/layout.ts`);
  }
}
