import type { ElementType } from "../schema/index.js";
import { parseXml, textOf, type XmlElement } from "../tree/index.js";
import type { Plan } from "../typed/plan.js";
import { isLayout } from "../typed/read.js";
import type { Scope } from "../typed/scope.js";
import { openRoot } from "./parse.js";

/**
 * Which elements and attributes of a document the types do not know, as in `domain/devices/disk/@vendor`. `parse` does
 * not show them; `format` keeps them. Each path is given once.
 */
export function unknownPaths(kind: ElementType<unknown>, source: string | Uint8Array): string[] {
  const { root, plan, scope } = openRoot(kind, parseXml(source).root);
  const paths = new Set<string>();
  collect(root, plan, scope, root.name, paths);
  return [...paths];
}

function collect(element: XmlElement, plan: Plan, around: Scope, path: string, paths: Set<string>): void {
  const scope = around.inside(element);
  const shape = plan.ofElement(element);
  for (const name of Object.keys(element.attributes)) {
    if (declares(name)) continue;
    if (scope.findAttribute(shape.attributes, name) === undefined) paths.add(`${path}/@${name}`);
  }
  const text = textOf(element);
  if (shape.content === undefined && text.trim() !== "" && !isLayout(text, element))
    paths.add(`${path}/text()`);
  for (const node of element.children) {
    if (node.kind !== "element") continue;
    const inner = `${path}/${node.name}`;
    const entry = scope.findElement(shape.elements, node) ?? shape.any;
    if (entry === undefined) paths.add(inner);
    else if (entry.kind === "child" || entry.kind === "children")
      collect(node, entry.plan(), scope, inner, paths);
    else if (entry.kind !== "raw" && entry.kind !== "any") bare(node, entry.kind === "flag", inner, paths);
  }
}

/** An element that is known to have nothing but text, or not even that. */
function bare(element: XmlElement, empty: boolean, path: string, paths: Set<string>): void {
  for (const name of Object.keys(element.attributes)) if (!declares(name)) paths.add(`${path}/@${name}`);
  for (const node of element.children) if (node.kind === "element") paths.add(`${path}/${node.name}`);
  if (empty && textOf(element).trim() !== "") paths.add(`${path}/text()`);
}

/** Whether an attribute declares a namespace. */
function declares(name: string): boolean {
  return name === "xmlns" || name.startsWith("xmlns:");
}
