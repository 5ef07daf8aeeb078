/** What the generated descriptions of documents are made of. */
export { document, element, variants } from "./element.js";
export type { Rule } from "./rules.js";
export {
  choice,
  decimal,
  either,
  integer,
  type Lexical,
  long,
  matching,
  onOff,
  ranged,
  type Scalar,
  text,
  yesNo,
} from "./scalars.js";
export { any, attr, child, children, content, flag, leaf, leaves, raw, required } from "./slots.js";
export type {
  DocumentKind,
  ElementType,
  Lazy,
  Slot,
  SlotKind,
  SlotName,
  Slots,
  ValueOf,
  Variants,
} from "./types.js";
