import { typeWord } from "../../xml-kinds.js";
import type { XmlModel, XmlType, XmlVariant } from "../../xml-model.js";

/** Gives the interfaces of variants their names: that of the type, and the value that they are for. */
export class TypeNames {
  private readonly taken: Set<string>;
  private readonly variants = new Map<XmlVariant, string>();

  constructor({ root, types }: XmlModel) {
    this.taken = new Set(types.flatMap(({ name }) => [name, `${name}Base`]));
    for (const type of types) {
      for (const variant of type.variants?.of ?? [])
        this.variants.set(variant, this.make(type, variant, root));
    }
  }

  /** All names, so that nothing else gets one of them. */
  get all(): ReadonlySet<string> {
    return this.taken;
  }

  of(variant: XmlVariant): string {
    return this.variants.get(variant) ?? "";
  }

  private make({ name }: XmlType, { values: [value = ""] }: XmlVariant, root: string): string {
    const word = value === "" ? "Plain" : typeWord(value);
    const derived = name === root ? `${name.replace(/Config$/, "")}${word}Config` : `${name}${word}`;
    // The name may be that of an element that has the value's name.
    const made = this.taken.has(derived) ? `${derived}Form` : derived;
    if (this.taken.has(made)) throw new Error(`the variant '${value}' of ${name} finds no name`);
    this.taken.add(made);
    return made;
  }
}
