import type { XmlModel, XmlSlot, XmlType } from "../../xml-model.js";

/** What the schemas do not say. Empty where they say it all. */
export interface Overlay {
  /** Slots that documents have, but no schema: older forms, and what daemons add to live ones. */
  readonly slots?: Readonly<Record<string, readonly XmlSlot[]>>;
  readonly types?: readonly XmlType[];
}

const OVERLAYS: Readonly<Record<string, Overlay>> = {};

/** Adds to a model what we know beyond the schema. */
export function applyOverlay(model: XmlModel): XmlModel {
  const { slots = {}, types = [] } = OVERLAYS[model.kind] ?? {};
  const names = new Set([...model.types, ...types].map(({ name }) => name));
  for (const name of Object.keys(slots)) {
    if (!names.has(name))
      throw new Error(`codegen/emit/xml/overlay.ts speaks of ${name}, which does not exist`);
  }
  const all = [...model.types, ...types].map((type) => ({
    ...type,
    slots: [...type.slots, ...(slots[type.name] ?? [])],
  }));
  return { ...model, types: all };
}
