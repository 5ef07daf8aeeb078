import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { type Column, fittedTable } from "../../src/cli/fitted-table.js";
import { width } from "../../src/cli/table.js";

const COLUMNS: readonly Column[] = [
  { title: "Name", flexible: true, spare: 0 },
  { title: "State", spare: 0 },
  { title: "Size", right: true, spare: 1 },
  { title: "More", right: true, spare: 2 },
];
const ROWS = [
  ["short", "on", "1", "22"],
  ["a-name-that-is-long", "off", "4444", "-"],
];

describe("a table that fits", () => {
  it("shows everything where there is room", () => {
    expect(fittedTable(COLUMNS, ROWS, 80)).toEqual([
      " Name                  State   Size   More",
      "-------------------------------------------",
      " short                 on         1     22",
      " a-name-that-is-long   off     4444      -",
    ]);
  });

  it("first shortens names, then leaves out what can be spared", () => {
    expect(fittedTable(COLUMNS, ROWS, 38)).toEqual([
      " Name              State   Size   More",
      "--------------------------------------",
      " short             on         1     22",
      " a-name-that-is…   off     4444      -",
    ]);
    expect(fittedTable(COLUMNS, ROWS, 32)[3]).toBe(" a-name-that-is-…   off     4444");
    expect(fittedTable(COLUMNS, ROWS, 24)[3]).toBe(" a-name-that-is…   off");
  });

  it("is never wider than it may be", () => {
    const text = fc.string({ unit: "grapheme", maxLength: 40 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(text, text, text, text), { maxLength: 5 }),
        fc.integer({ min: 1, max: 120 }),
        (rows, columns) => {
          for (const line of fittedTable(COLUMNS, rows, columns)) {
            expect(width(line)).toBeLessThanOrEqual(columns);
          }
        },
      ),
    );
  });
});
