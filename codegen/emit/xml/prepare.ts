import { typeWord } from "../../xml-kinds.js";
import type { XmlModel, XmlSlot, XmlType } from "../../xml-model.js";
import { propertyName } from "./property-names.js";

/** The type of all elements that are a number with a unit; it belongs to no kind. */
export const SCALED_SIZE = "common:ScaledSize";

/** As many siblings with the same attributes get one type together. */
const MIN_ALIKE = 3;

/** Brings the types of a model into the form in which they are emitted: what is alike becomes one type. */
export function prepare(model: XmlModel): XmlModel {
  return joinSiblings(joinSizes(model));
}

function joinSizes(model: XmlModel): XmlModel {
  const sizes = model.types.filter(isSize).map(({ name }) => name);
  return rename(model, new Map(sizes.map((name) => [name, SCALED_SIZE])));
}

function isSize({ slots, variants }: XmlType): boolean {
  const [unit, value] = slots;
  return (
    variants === undefined &&
    slots.length === 2 &&
    unit?.xml === "unit" &&
    unit.required !== true &&
    JSON.stringify(unit.scalar).includes('"matching":"unit"') &&
    value?.kind === "content" &&
    value.scalar === "long"
  );
}

/**
 * Children of one element that have nothing but the same attributes share a type, such as those that say by their
 * name what is switched on. It is named for what it has: `DomainFeaturesHypervState`.
 */
function joinSiblings(model: XmlModel): XmlModel {
  const renamed = new Map<string, string>();
  const taken = new Set(model.types.map(({ name }) => name));
  const byName = new Map(model.types.map((type) => [type.name, type]));
  const added = new Map<string, XmlType>();
  for (const parent of model.types) {
    const groups = new Map<string, XmlType[]>();
    for (const { type = "" } of parent.slots) {
      const child = byName.get(type);
      if (child === undefined || child.variants !== undefined || child.slots.length > 2) continue;
      if (!child.slots.every(({ kind, type: other }) => kind === "attribute" || other !== undefined))
        continue;
      const key = JSON.stringify(child.slots);
      groups.set(key, [...(groups.get(key) ?? []), child]);
    }
    for (const alike of groups.values()) {
      const [first] = alike;
      if (first === undefined || alike.length < MIN_ALIKE) continue;
      const words = first.slots.map(({ xml }) => typeWord(propertyName(xml))).join("");
      const name = `${parent.name}${words}`;
      if (taken.has(name)) continue;
      taken.add(name);
      for (const child of alike) renamed.set(child.name, name);
      added.set(first.name, { ...first, name, tag: parent.tag });
    }
  }
  const types = model.types.map((type) => added.get(type.name) ?? type);
  return rename({ ...model, types }, renamed);
}

/** Lets all slots refer to other types, and drops those that nobody refers to any more. */
function rename(model: XmlModel, names: ReadonlyMap<string, string>): XmlModel {
  const change = (slot: XmlSlot): XmlSlot => {
    const name = slot.type === undefined ? undefined : names.get(slot.type);
    return name === undefined ? slot : { ...slot, type: name };
  };
  const types = model.types
    .filter(({ name }) => !names.has(name))
    .map((type) => ({
      ...type,
      slots: type.slots.map(change),
      ...(type.variants && {
        variants: {
          ...type.variants,
          of: type.variants.of.map((variant) => ({ ...variant, slots: variant.slots.map(change) })),
        },
      }),
    }));
  return { ...model, types };
}
