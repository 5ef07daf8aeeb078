import type { XmlElement, XmlNode, XmlText } from "../tree/index.js";

/** Changes to the children of an element, collected and then made at once, with the indentation of its siblings. */
export class Edits {
  readonly #children: readonly XmlNode[];
  // Most elements are not changed, so these are made when the first change comes.
  #replaced: Map<number, XmlElement> | undefined;
  #removed: Set<number> | undefined;
  #before: Map<number, XmlElement[]> | undefined;
  #after: Map<number, XmlElement[]> | undefined;

  constructor(children: readonly XmlNode[]) {
    this.#children = children;
  }

  get any(): boolean {
    return (this.#replaced ?? this.#removed ?? this.#before ?? this.#after) !== undefined;
  }

  replace(at: number, element: XmlElement): void {
    if (this.#children[at] === element) return;
    this.#replaced ??= new Map();
    this.#replaced.set(at, element);
  }

  remove(at: number): void {
    this.#removed ??= new Set();
    this.#removed.add(at);
  }

  /** Puts an element before a child, after what was put there already. */
  before(at: number, element: XmlElement): void {
    this.#before ??= new Map();
    push(this.#before, at, element);
  }

  /** Puts an element after a child, or at the start (-1), after what was put there already. */
  after(at: number, element: XmlElement): void {
    this.#after ??= new Map();
    push(this.#after, at, element);
  }

  /**
   * The children as they are to be.
   *
   * @param indent - The white space before a child; undefined where there is none.
   * @param closing - The white space before the end tag, for an element that had no children.
   */
  apply(indent: string | undefined, closing: string | undefined): XmlNode[] {
    const made: XmlNode[] = [];
    const space = (text: string | undefined): void => {
      if (text !== undefined) made.push({ kind: "text", value: text });
    };
    const insert = (at: number): void => {
      for (const element of this.#after?.get(at) ?? []) {
        space(indent);
        made.push(element);
      }
    };
    insert(-1);
    for (const [i, child] of this.#children.entries()) {
      for (const element of this.#before?.get(i) ?? []) {
        made.push(element);
        space(indent);
      }
      if (!this.#removed?.has(i)) made.push(this.#replaced?.get(i) ?? child);
      else if (isSpace(made.at(-1))) made.pop();
      insert(i);
    }
    if (made.every(isSpace)) return [];
    if (this.#children.length === 0) space(closing);
    return made;
  }
}

function push(map: Map<number, XmlElement[]>, at: number, element: XmlElement): void {
  const list = map.get(at);
  if (list === undefined) map.set(at, [element]);
  else list.push(element);
}

/** True for white space between elements. */
export function isSpace(node: XmlNode | undefined): node is XmlText {
  return node?.kind === "text" && node.value.trim() === "";
}

/** The white space before the children of an element; undefined where they have none. */
export function childIndent(children: readonly XmlNode[], own: string | undefined): string | undefined {
  if (children.length === 0) return own === undefined ? undefined : `${own}  `;
  const [only] = children;
  if (children.length === 1 && isSpace(only) && only.value.includes("\n")) {
    return `${only.value.slice(only.value.lastIndexOf("\n"))}  `;
  }
  for (const [i, node] of children.entries()) {
    if (isSpace(node) && node.value.includes("\n") && i + 1 < children.length) {
      return node.value.slice(node.value.lastIndexOf("\n"));
    }
  }
  return undefined;
}
