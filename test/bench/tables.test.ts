import { describe, expect, it } from "@jest/globals";
import { duel, median, ratioOf, reading } from "../../bench/duel.js";
import { effort } from "../../bench/effort.js";
import { figureTable, fillMarkers, rate, span, verdictTable } from "../../bench/tables.js";
import { judge } from "../../bench/targets.js";

describe("a duel", () => {
  it("has all take turns, each round beginning with another, and leaves out the first round", async () => {
    const order: string[] = [];
    const contestant = (name: string, costs: number[]) => ({
      name,
      run: async () => {
        order.push(name);
        const wallMs = costs[order.filter((one) => one === name).length - 1] ?? Number.NaN;
        return { wallMs, cpuMs: wallMs / 2 };
      },
    });
    const result = await duel(
      "work",
      10,
      [contestant("a", [1000, 3, 1, 2]), contestant("b", [1000, 20, 40, 30])],
      { rounds: 3 },
    );
    expect(order).toEqual(["a", "b", "b", "a", "a", "b", "b", "a"]);
    expect(result).toMatchObject({ operations: 10, rounds: 3 });
    expect(result.scores).toEqual([
      { name: "a", wallUs: 200, cpuUs: 100, perSecond: 5000, costs: expect.any(Array) },
      { name: "b", wallUs: 3000, cpuUs: 1500, perSecond: 1e6 / 3000, costs: expect.any(Array) },
    ]);
    // Round by round: 20 / 3, 40 / 1, 30 / 2.
    const [a, b] = result.scores;
    expect(a && b && ratioOf(b, a, "wallMs")).toBe(15);
  });

  it("takes medians of readings, too", async () => {
    const values = [9, 1, 5, 3];
    const { readings } = await reading("size", "kB", { one: async () => values.shift() ?? 0 }, 3);
    expect(readings).toEqual([{ name: "one", value: 3 }]);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([])).toBeNaN();
  });
});

describe("tables", () => {
  const score = { cpuUs: 10, perSecond: 1000, costs: [{ wallMs: 20, cpuMs: 10 }] };
  const ours = { cpuUs: 16, perSecond: 1000, costs: [{ wallMs: 30, cpuMs: 16 }] };
  const results = [
    {
      title: "getLibVersion, one by one",
      operations: 1,
      rounds: 7,
      scores: [
        { ...score, name: "bare socket", wallUs: 20 },
        { ...ours, name: "libvirt-rpc", wallUs: 30 },
        { ...ours, name: "libvirt-python", wallUs: 30 },
      ],
    },
    {
      title: "memory of each of 1000 idle connections",
      unit: "kB",
      rounds: 3,
      readings: [{ name: "libvirt-rpc, heap", value: 12.34 }],
    },
  ];

  it("hold results to the targets that they are about, and to no others", () => {
    expect(judge(results)).toEqual([
      {
        what: "calls one by one: CPU",
        target: "≤ 1.5 × bare socket",
        measured: "1.60 ×",
        met: false,
      },
      {
        what: "calls one by one: time",
        target: "≤ 1.1 × libvirt-python",
        measured: "1.00 ×",
        met: true,
      },
      { what: "an idle connection", target: "≤ 40 kB of heap", measured: "12.3 kB", met: true },
    ]);
    expect(verdictTable(judge(results))).toContain(
      "| calls one by one: CPU | ≤ 1.5 × bare socket | 1.60 × | **no** |",
    );
  });

  it("show each figure beside the first of its duel", () => {
    const table = figureTable(results);
    expect(table).toContain("|  | libvirt-rpc | 30.0 µs | 16.0 µs | 1,000/s | 1.50 ×, 1.60 × |");
    expect(table).toContain(
      "| memory of each of 1000 idle connections | libvirt-rpc, heap | 12.3 kB | | | |",
    );
    expect([span(1500), span(2_500_000), rate(2, 1e6), rate(12.34)]).toEqual([
      "1.5 ms",
      "2.50 s",
      "2 MB/s",
      "12.3/s",
    ]);
  });

  it("go between the markers of their name, and nowhere else", () => {
    const text = "a\n<!-- one -->\nold\n<!-- /one -->\nb <!-- two --><!-- /two -->";
    const filled = fillMarkers(text, "one", "| new |");
    expect(filled).toBe("a\n<!-- one -->\n| new |\n<!-- /one -->\nb <!-- two --><!-- /two -->");
    expect(fillMarkers(filled, "one", "| new |")).toBe(filled);
    expect(() => fillMarkers(text, "three", "x")).toThrow("no markers <!-- three -->");
  });

  it("are made by the usual effort, unless one says otherwise", () => {
    expect(effort).toEqual({ rounds: 7, scale: 1, mebibytes: 256 });
  });
});
