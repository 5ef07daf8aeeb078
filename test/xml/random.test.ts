import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { DomainConfig, type DomainDisk } from "../../src/xml/generated/domain/index.js";
import {
  diff,
  format,
  formatXml,
  parse,
  parseXml,
  type XmlElement,
  type XmlNode,
} from "../../src/xml/verbs/index.js";
import { runSeed } from "../protocol/random.js";
import { AWKWARD, GUEST } from "./documents.js";
import { canonical } from "./expat.js";

const seed = runSeed("XML");

/** Characters that XML can have; the awkward ones often. */
const character = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...Array.from("<>&'\"]-?! \t\n\r=#;x")) },
  fc
    .string({ unit: "binary", minLength: 1, maxLength: 1 })
    .filter((text) => /^[\t\n\r -\ud7ff\ue000-\ufffd]|[\u{10000}-\u{10ffff}]$/u.test(text)),
);
const text = fc.string({ unit: character, maxLength: 12 }).filter((value) => value.isWellFormed());
const name = fc.oneof(
  fc.constantFrom(
    "a",
    "b-c",
    "_d.e",
    "p:a",
    "h\u00e9\u4e2d",
    "toString",
    "__proto__",
    "constructor",
    "prototype",
    "hasOwnProperty",
    "xmlish",
  ),
  fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_.-]{0,5}$/).filter((value) => !/^xml/i.test(value)),
);
const attributes = fc
  .uniqueArray(fc.tuple(name, text), { selector: ([key]) => key, maxLength: 4 })
  .map((pairs) => Object.fromEntries(pairs));

const { element } = fc.letrec<{ node: XmlNode; element: XmlElement }>((tie) => ({
  node: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    text.map((value): XmlNode => ({ kind: "text", value })),
    text.map((value): XmlNode => ({ kind: "cdata", value: value.replace(/\r/g, "").replace(/\]\]>/g, "") })),
    text.map((value): XmlNode => ({ kind: "comment", value: value.replace(/\r/g, "").replace(/-/g, "_") })),
    fc.tuple(fc.constantFrom("p", "q-r"), text).map(
      ([target, data]): XmlNode => ({
        kind: "instruction",
        target,
        data: data.replace(/[\r>]/g, "").trimStart(),
      }),
    ),
    tie("element"),
  ),
  element: fc.record({
    kind: fc.constant("element" as const),
    name,
    attributes,
    children: fc.array(tie("node"), { maxLength: 5 }).map(joined),
  }),
}));

/** Texts that touch are one text, and none is empty. */
function joined(nodes: readonly XmlNode[]): XmlNode[] {
  const made: XmlNode[] = [];
  for (const node of nodes) {
    const last = made.at(-1);
    if (node.kind !== "text") made.push(node);
    else if (last?.kind === "text") made[made.length - 1] = { kind: "text", value: last.value + node.value };
    else if (node.value !== "") made.push(node);
  }
  return made;
}

/** The element with a declaration for the prefix that names have. */
const declared = (root: XmlElement): XmlElement => ({
  ...root,
  attributes: { "xmlns:p": "urn:p", ...root.attributes },
});

describe("random trees", () => {
  it("are the same when they have been written and read", () => {
    const texts: string[] = [];
    fc.assert(
      fc.property(element.map(declared), (root) => {
        const written = formatXml(root);
        expect(parseXml(written).root).toEqual(root);
        expect(parseXml(Buffer.from(written)).root).toEqual(root);
        texts.push(written);
      }),
      { seed, numRuns: 400 },
    );
    const forms = canonical(texts);
    expect(forms.filter((form) => "error" in form)).toEqual([]);
    expect(canonical(texts.map((one) => formatXml(parseXml(one))))).toEqual(forms);
  });

  it("are read as Python reads them when they are damaged, or refused", () => {
    const damaged: string[] = [];
    fc.assert(
      fc.property(
        fc.oneof(
          fc.constantFrom(...AWKWARD),
          element.map(declared).map((root) => formatXml(root)),
        ),
        fc.nat(),
        fc.constantFrom(
          "",
          "<",
          ">",
          "&",
          "'",
          '"',
          "/",
          "</",
          "<!--",
          "-->",
          "]]>",
          "<![CDATA[",
          "?>",
          "<?",
          "=",
          " ",
          "x",
          "&#38;",
          "\0",
        ),
        (whole, at, junk) => {
          const place = at % (whole.length + 1);
          damaged.push(whole.slice(0, place) + junk + whole.slice(place + 1 - Math.min(junk.length, 1)));
        },
      ),
      { seed, numRuns: 600 },
    );
    const ours = damaged.map((one): { text: string } | { refused: string } => {
      try {
        return { text: formatXml(parseXml(one)) };
      } catch (error) {
        expect(error).toHaveProperty("name", "XmlError");
        return { refused: (error as Error).message };
      }
    });
    const theirs = canonical(damaged);
    const again = canonical(ours.map((one) => ("text" in one ? one.text : "<refused/>")));
    for (const [i, form] of theirs.entries()) {
      const one = ours[i] ?? { refused: "" };
      if ("refused" in one) {
        // expat takes these.
        const isKnown = /only 1\.0 is read|only UTF-8 is read|U\+FFF[EF]/.test(one.refused);
        if (!isKnown)
          expect([damaged[i], one, form]).toEqual([damaged[i], one, { error: expect.any(String) }]);
      } else if (
        !("error" in form && /unbound prefix|duplicate attribute|reserved prefix/.test(form.error))
      ) {
        expect([damaged[i], again[i]]).toEqual([damaged[i], form]);
      }
    }
  });
});

/** A guest whose disks carry a mark that the types do not know. */
function guestWithDisks(count: number): string {
  const disks = Array.from(
    { length: count },
    (_, i) =>
      `    <disk type="file" mark="${i}">\n      <source file="/${i}"/>\n      <target dev="vd${i}"/><!--${i}-->\n    </disk>\n`,
  );
  return `<domain type="kvm">\n  <name>a</name>\n  <devices>\n    <emulator>/q</emulator>\n${disks.join("    <rng x=''/>\n")}  </devices>\n</domain>\n`;
}

type Edit = readonly [
  what: "remove" | "move" | "copy" | "spread" | "add" | "set" | "clone",
  at: number,
  to: number,
];

const edit: fc.Arbitrary<Edit> = fc.tuple(
  fc.constantFrom("remove", "move", "copy", "spread", "add", "set", "clone"),
  fc.nat(20),
  fc.nat(20),
);

/** Makes an edit, and the same to the marks that the elements must have. */
function apply(disks: DomainDisk[], marks: (string | undefined)[], [what, at, to]: Edit): void {
  const from = at % Math.max(disks.length, 1);
  const target = to % (disks.length + 1);
  const disk = disks[from];
  const both = (place: number, remove: number, ...items: [DomainDisk, string | undefined][]): void => {
    disks.splice(place, remove, ...items.map(([item]) => item));
    marks.splice(place, remove, ...items.map(([, mark]) => mark));
  };
  if (what === "add" || disk === undefined) {
    both(target, 0, [{ type: "block", target: { dev: `new${at}` } }, undefined]);
    return;
  }
  const mark = marks[from];
  if (what === "remove") both(from, 1);
  else if (what === "copy") both(target, 0, [disk, mark]);
  else if (what === "spread") both(target, 0, [{ ...disk, serial: `s${at}` } as DomainDisk, mark]);
  else if (what === "set") both(from, 1, [{ ...disk, serial: `t${to}` } as DomainDisk, mark]);
  else if (what === "move") {
    both(from, 1);
    both(to % (disks.length + 1), 0, [disk, mark]);
  } else if (
    new Set(disks).size === disks.length &&
    disks.filter(({ target: { dev } }) => dev === disk.target.dev).length === 1
  ) {
    // The clone of the only one of its kind is known again.
    both(from, 1, [structuredClone(disk), mark]);
  }
}

describe("random changes", () => {
  it("to arrays take along what the types do not know", () => {
    fc.assert(
      fc.property(fc.nat(4), fc.array(edit, { maxLength: 8 }), (count, edits) => {
        const text = guestWithDisks(count);
        const domain = parse(DomainConfig, text);
        const disks = domain.devices?.disk ?? [];
        const marks: (string | undefined)[] = disks.map((_, i) => String(i));
        // What is cloned twice is nobody's copy any more.
        const clonesLast = edits.toSorted(([a], [b]) => Number(a === "clone") - Number(b === "clone"));
        for (const one of clonesLast) apply(disks, marks, one);
        if (domain.devices) domain.devices.disk = disks;
        const written = format(DomainConfig, domain);
        const again = parse(DomainConfig, written);
        expect(structuredClone(again.devices?.disk ?? [])).toEqual(structuredClone(disks));
        const devices = parseXml(written).root.children.find(
          (node) => node.kind === "element" && node.name === "devices",
        );
        const elements = (devices as XmlElement).children.filter((node) => node.kind === "element");
        expect(elements.filter((one) => one.name === "disk").map((one) => one.attributes.mark)).toEqual(
          marks,
        );
        expect(elements.filter((one) => one.name === "rng")).toHaveLength(Math.max(count - 1, 0));
        expect(diff(DomainConfig, written, domain)).toEqual([]);
      }),
      { seed, numRuns: 300 },
    );
  });

  it("of values are all that changes", () => {
    // A flag that is set and cleared is another element afterwards.
    const places = leaves(parse(DomainConfig, GUEST)).filter((place) => place.at(-1) !== "acpi");
    const restoredTexts: string[] = [];
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.boolean(), (place, remove) => {
        const domain = parse(DomainConfig, GUEST);
        const [owner, key] = resolve(domain, place);
        const before = owner[key];
        // An element that must have a text has an empty one then.
        if (remove) owner[key] = key === "value" && typeof before === "string" ? "" : undefined;
        else owner[key] = other(before);
        const written = format(DomainConfig, domain);
        expect(structuredClone(parse(DomainConfig, written))).toEqual(structuredClone(domain));
        if (!remove) {
          const restored = parse(DomainConfig, written);
          resolve(restored, place)[0][key] = before;
          restoredTexts.push(format(DomainConfig, restored));
        }
      }),
      { seed, numRuns: 200 },
    );
    const [original, ...forms] = canonical([GUEST, ...restoredTexts]);
    for (const form of forms) expect(form).toEqual(original);
  });
});

type Place = readonly string[];

/** Where in a document the values are that are neither objects nor choose the form of one. */
function leaves(value: unknown, path: Place = []): Place[] {
  if (typeof value !== "object" || value === null) return path.at(-1) === "type" ? [] : [path];
  if ((value as { kind?: unknown }).kind === "element") return [];
  return Object.entries(value).flatMap(([key, item]) =>
    /^\d+$/.test(key) && typeof item !== "object" ? [] : leaves(item, [...path, key]),
  );
}

function resolve(root: unknown, path: Place): [Record<string, unknown>, string] {
  let owner = root as Record<string, unknown>;
  for (const key of path.slice(0, -1)) owner = owner[key] as Record<string, unknown>;
  return [owner, path.at(-1) ?? ""];
}

function other(value: unknown): unknown {
  if (typeof value === "bigint") return value + 1n;
  if (typeof value === "number") return value + 1;
  return typeof value === "boolean" ? !value : `${String(value)}<&x`;
}
