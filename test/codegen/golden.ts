import { emitProtocol } from "../../codegen/emit/emit-protocol.js";
import { format } from "../../codegen/emit/format.js";
import { Scope } from "../../codegen/emit/scope.js";
import { parse } from "../../codegen/import/parser.js";
import { resolve } from "../../codegen/import/resolver.js";

/** Generated files, without their first line, of the program `demo` that `text` defines. */
export function generate(text: string): ReadonlyMap<string, string> {
  const [model] = resolve([parse("demo.x", text)], "1.2.3");
  if (model === undefined) throw new Error("one file makes one model");
  const files = emitProtocol("demo", model, new Scope(new Map([["demo", model]])));
  const formatted = format(new Map(files.map((file) => [file.path, file.toString()])), process.cwd());
  return new Map([...formatted].map(([path, code]) => [path, code.slice(code.indexOf("\n\n") + 2)]));
}

/** Compares by lines, and so that the indentation of a template does not matter at its ends. */
export function lines(text: string): string {
  return text.replace(/^\n/, "").replace(/ *$/, "");
}
