import { describe, expect, it } from "@jest/globals";
import { COUNTS, SMALL } from "../../codegen/emit/xml/numbers.js";
import { ORDERS } from "../../codegen/emit/xml/order.js";
import { applyOverlay } from "../../codegen/emit/xml/overlay.js";
import { CHAPTERS } from "../../codegen/emit/xml/pages.js";
import { DEEPER } from "../../codegen/emit/xml/parts.js";
import { slotsOf } from "../../codegen/emit/xml/words.js";
import { NAMES } from "../../codegen/import/rng/names.js";
import { NAMESPACES, XML_KINDS } from "../../codegen/xml-kinds.js";
import type { XmlModel } from "../../codegen/xml-model.js";
import { models } from "./models.js";

const types = models.xml.flatMap((model) => model.types);
const names = types.map(({ name }) => name);
const slots = types.flatMap((type) =>
  slotsOf(type).map((slot) => ({ key: `${type.name}.${slot.xml}`, slot })),
);

describe("what the schemas do not say is about something that exists:", () => {
  it("numbers", () => {
    for (const { slots: which, from } of COUNTS) {
      const found = slots.filter(({ key }) => which.test(key)).map(({ slot }) => slot.scalar);
      const forms = found.map((scalar) =>
        typeof scalar === "object" && "matching" in scalar ? scalar.matching : scalar,
      );
      expect([which, from.filter((form) => !forms.includes(form))]).toEqual([which, []]);
    }
    for (const which of SMALL) {
      expect([which, slots.some(({ key, slot }) => which.test(key) && slot.scalar === "long")]).toEqual([
        which,
        true,
      ]);
    }
  });

  it("orders of children", () => {
    for (const [name, order] of Object.entries(ORDERS)) {
      const type = types.find((each) => each.name === name);
      const children = new Set(type === undefined ? [] : slotsOf(type).map(({ xml }) => xml));
      expect([name, order.split(" ").filter((child) => !children.has(child))]).toEqual([name, []]);
    }
  });

  it("names, chapters and parts", () => {
    const prefixes = XML_KINDS.map(({ prefix }) => prefix);
    for (const word of Object.values(NAMES))
      expect(prefixes.some((prefix) => names.includes(`${prefix}${word}`))).toBe(true);
    for (const beginning of Object.keys(CHAPTERS))
      expect([beginning, names.some((name) => name.startsWith(beginning))]).toEqual([beginning, true]);
    expect(DEEPER.filter((name) => !names.includes(name))).toEqual([]);
  });

  it("namespaces", () => {
    const used = new Set(slots.flatMap(({ slot }) => slot.ns ?? []));
    expect([...used].sort()).toEqual(Object.keys(NAMESPACES).sort());
  });

  it("overlays, which are refused otherwise", () => {
    const [domain] = models.xml;
    if (domain === undefined) throw new Error("no domain");
    const without: XmlModel = {
      ...domain,
      types: domain.types.filter(({ name }) => name !== "DomainFilesystem"),
    };
    expect(() => applyOverlay(domain)).not.toThrow();
    expect(() => applyOverlay(without)).toThrow("speaks of what does not exist: DomainFilesystem");
  });
});
