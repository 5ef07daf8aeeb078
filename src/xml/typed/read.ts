import { textOf, type XmlDocument, type XmlElement } from "../tree/index.js";
import { Origin, origin } from "./origin.js";
import { type Entry, type Plan, readScalar, type Value } from "./plan.js";
import type { Scope } from "./scope.js";

/** Elements of the tree that stand in typed objects as they are, with the scope that they came from. */
export const rawScopes: WeakMap<XmlElement, Scope> = new WeakMap<XmlElement, Scope>();

/** The typed object of an element. */
export function readElement(element: XmlElement, plan: Plan, around: Scope, document?: XmlDocument): Value {
  const shape = plan.ofElement(element);
  const scope = around.inside(element);
  const value: Value = { [origin]: new Origin(element, around, shape, document) };
  for (const name in element.attributes) {
    const entry = scope.findAttribute(shape.attributes, name);
    if (entry !== undefined) value[entry.property] = readScalar(entry, element.attributes[name] ?? "");
  }
  if (shape.content !== undefined) {
    const { property, required, scalar } = shape.content;
    const text = textOf(element);
    if (text !== "" && !isLayout(text, element)) value[property] = readScalar(shape.content, text);
    // A text that an element always has is there, and empty.
    else if (text === "" && required && scalar.plain === true) value[property] = "";
  }
  for (const node of element.children) {
    if (node.kind !== "element") continue;
    const entry = scope.findElement(shape.elements, node) ?? shape.any;
    if (entry !== undefined) readChild(value, entry, node, scope);
  }
  return value;
}

function readChild(value: Value, entry: Entry, node: XmlElement, scope: Scope): void {
  const { property } = entry;
  switch (entry.kind) {
    case "children":
      push(value, property, readElement(node, entry.plan(), scope));
      return;
    case "leaves":
      push(value, property, readScalar(entry, textOf(node)));
      return;
    case "any":
      rawScopes.set(node, scope);
      push(value, property, node);
      return;
    default:
      // Of what there should be only one of, the first counts, as with libvirt.
      if (value[property] === undefined) value[property] = readOne(entry, node, scope);
  }
}

function readOne(entry: Entry, node: XmlElement, scope: Scope): unknown {
  switch (entry.kind) {
    case "child":
      return readElement(node, entry.plan(), scope);
    case "flag":
      return true;
    case "raw":
      rawScopes.set(node, scope);
      return node;
    default:
      return readScalar(entry, textOf(node));
  }
}

function push(value: Value, property: string, item: unknown): void {
  const list = value[property];
  if (Array.isArray(list)) list.push(item);
  else value[property] = [item];
}

/** True for white space between child elements, which is no content. */
export function isLayout(text: string, { children }: XmlElement): boolean {
  return text.trim() === "" && children.some(({ kind }) => kind === "element");
}
