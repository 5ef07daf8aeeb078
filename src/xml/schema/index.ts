/** What the generated descriptions of documents are made of. */
export { type DocumentKind, document, type ElementType, element, type ValueOf, variants } from "./element.js";
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
export {
  any,
  attr,
  child,
  children,
  content,
  flag,
  type Lazy,
  leaf,
  leaves,
  raw,
  required,
  type Slot,
  type SlotName,
  type Slots,
} from "./slots.js";
