import type { ApiFunction } from "../../api-model.js";
import { wrap } from "../wrap.js";

/** What each C function's method does: `codegen/docs/*.json`. */
export type Docs = ReadonlyMap<string, string>;

/** The lines of a method's comment. */
export function docComment({ name, file }: ApiFunction, docs: Docs): readonly string[] {
  const text = docs.get(name);
  if (text === undefined) throw new Error(`${name} has no text in codegen/docs`);
  return [
    "  /**",
    ...wrap(text).map((line) => `   * ${line}`),
    "   *",
    `   * Stands for ${name}.`,
    `   * @see https://libvirt.org/html/libvirt-${file}.html#${name}`,
    "   */",
  ];
}
