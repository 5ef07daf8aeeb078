import type { Scalar } from "./scalars.js";
import type { ElementType, Lazy, Slot, SlotName } from "./types.js";

/** An attribute. */
export const attr = (scalar: Scalar<unknown>, name?: SlotName): Slot => ({ kind: "attr", scalar, ...name });
/** The element's own text. */
export const content = (scalar: Scalar<unknown>): Slot => ({ kind: "content", scalar });
/** A child element that has nothing but text; the property is its value. */
export const leaf = (scalar: Scalar<unknown>, name?: SlotName): Slot => ({ kind: "leaf", scalar, ...name });
/** The same where there may be several; the property is an array. */
export const leaves = (scalar: Scalar<unknown>, name?: SlotName): Slot => ({
  kind: "leaves",
  scalar,
  ...name,
});
/** A child element; the property is an object. */
export const child = (type: Lazy<ElementType<unknown>>, name?: SlotName): Slot => ({
  kind: "child",
  type,
  ...name,
});
/** Child elements of one name; the property is an array of objects. */
export const children = (type: Lazy<ElementType<unknown>>, name?: SlotName): Slot => ({
  kind: "children",
  type,
  ...name,
});
/** A child element that says all by being there; the property is true. */
export const flag = (name?: SlotName): Slot => ({ kind: "flag", ...name });
/** One child element as it is in the tree, whatever is in it. */
export const raw = (name?: SlotName): Slot => ({ kind: "raw", ...name });
/** All child elements that no other slot stands for, as they are in the tree. */
export const any = (): Slot => ({ kind: "any" });
/** Marks what a document must have. */
export const required = (slot: Slot): Slot => ({ ...slot, required: true });
