import type { XmlDocument, XmlElement } from "../tree/index.js";
import type { Shape, Value } from "./plan.js";
import type { Scope } from "./scope.js";

/**
 * The property by which an object that was read knows its element. It is enumerable, so that `{ ...disk }` has it too;
 * JSON does not show it, and structuredClone leaves it out.
 */
export const origin: unique symbol = Symbol("origin");

/** Where an object was read from. */
export class Origin {
  // Private, so that a logged or compared object does not show the whole tree.
  readonly #element: XmlElement;
  readonly #scope: Scope;
  readonly #shape: Shape;
  readonly #document: XmlDocument | undefined;

  constructor(element: XmlElement, scope: Scope, shape: Shape, document?: XmlDocument) {
    this.#element = element;
    this.#scope = scope;
    this.#shape = shape;
    this.#document = document;
  }

  /** False for what a proxy or a deep copy has made of one. */
  static is(value: object): value is Origin {
    return #element in value;
  }

  get element(): XmlElement {
    return this.#element;
  }

  /** The scope around the element. */
  get scope(): Scope {
    return this.#scope;
  }

  /** What was read of it. */
  get shape(): Shape {
    return this.#shape;
  }

  /** Of a root, its document. */
  get document(): XmlDocument | undefined {
    return this.#document;
  }
}

/** Where an object was read from; undefined for a new one. */
export function originOf(value: Value): Origin | undefined {
  const link = value[origin];
  return typeof link === "object" && link !== null && Origin.is(link) ? link : undefined;
}
