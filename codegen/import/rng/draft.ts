import type { XmlSlot } from "../../xml-model.js";
import type { ElementPattern } from "./pattern.js";

/** A type before it has a name: the declarations that apply at the same places of a document. */
export interface Draft {
  readonly tag: string;
  readonly elements: readonly ElementPattern[];
  readonly uses: Use[];
  slots: readonly DraftSlot[];
  variants: DraftVariants | undefined;
}

/** Where a type is used: in which type and, where it belongs to some variants only, the first of them. */
export interface Use {
  readonly parent: Draft;
  readonly variant: string | undefined;
}

/** A slot, by the draft of its type. */
export interface DraftSlot extends Omit<XmlSlot, "type"> {
  readonly type?: Draft | string;
}

/** The forms of an element that an attribute decides between. */
export interface DraftVariants {
  readonly attribute: string;
  readonly absent: string | undefined;
  readonly of: readonly {
    readonly values: readonly string[];
    readonly slots: readonly DraftSlot[];
    readonly before?: number;
  }[];
}
