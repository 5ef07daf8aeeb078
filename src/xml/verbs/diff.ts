import type { ElementType } from "../schema/index.js";
import { parseXml } from "../tree/index.js";
import { compare, type Difference, type Side } from "../typed/compare.js";
import { rootOf } from "./format.js";
import { openRoot } from "./parse.js";

/**
 * Tells in what two documents differ, whatever they look like: the order of attributes, of unlike elements, layout,
 * comments, the spelling of numbers and the unit of sizes are no difference. What the types do not know is compared too.
 *
 * To ask whether a daemon has what it was told, leave out what it has `added`: addresses, aliases, defaults.
 *
 * @param before - What `parse` gave, an object made by hand, or a text; so is `after`.
 */
export function diff<T>(
  kind: ElementType<T>,
  before: NoInfer<T> | string | Uint8Array,
  after: NoInfer<T> | string | Uint8Array,
): Difference[] {
  const found: Difference[] = [];
  compare(sideOf(kind, before), sideOf(kind, after), "", (difference) => found.push(difference));
  return found;
}

function sideOf<T>(kind: ElementType<T>, document: T | string | Uint8Array): Side {
  const isText = typeof document === "string" || document instanceof Uint8Array;
  const { root, plan, scope } = openRoot(kind, isText ? parseXml(document).root : rootOf(kind, document));
  return { element: root, plan, around: scope };
}
