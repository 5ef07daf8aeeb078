import type { XmlKind } from "../../xml-kinds.js";
import type { XmlModel, XmlSlot, XmlType } from "../../xml-model.js";
import { type Content, collect, type Occurrence } from "./collect.js";
import { discriminate, identity } from "./discriminate.js";
import type { Draft, DraftSlot, Use } from "./draft.js";
import { nameTypes } from "./names.js";
import { choice, type ElementPattern, type Pattern } from "./pattern.js";
import { scalarOf } from "./scalars.js";

/** The kinds that other kinds hold documents of, by the declaration of their root. */
export type Roots = Map<string, string>;

/** Makes the model of a kind. Its root joins `roots`. */
export function readTypes(kind: XmlKind, start: Pattern, roots: Roots): Omit<XmlModel, "libvirtVersion"> {
  const reader = new TypeReader(roots);
  const elements = rootElements(start);
  const root = reader.draft(elements);
  for (const origin of [...elements.map((element) => element.origin), ...(kind.alike ?? [])])
    roots.set(origin, kind.kind);
  const names = nameTypes(kind, root, reader.drafts);
  const slot = ({ type, ...rest }: DraftSlot): XmlSlot =>
    type === undefined ? rest : { ...rest, type: typeof type === "string" ? type : (names.get(type) ?? "") };
  const types = [...names].map(
    ([{ tag, slots, variants }, name]): XmlType => ({
      name,
      tag,
      slots: slots.map(slot),
      ...(variants && {
        variants: {
          attribute: variants.attribute,
          ...(variants.absent !== undefined && { absent: variants.absent }),
          of: variants.of.map(({ slots, ...rest }) => ({ ...rest, slots: slots.map(slot) })),
        },
      }),
    }),
  );
  return { kind: kind.kind, source: kind.file, root: kind.root, types };
}

function rootElements(start: Pattern): readonly ElementPattern[] {
  return [...(collect(start)?.children.values() ?? [])].flatMap(({ items }) => items);
}

class TypeReader {
  readonly drafts: Draft[] = [];
  private readonly byElements = new Map<string, Draft>();
  private readonly ids = new Map<ElementPattern, number>();
  private readonly roots: Roots;

  constructor(roots: Roots) {
    this.roots = roots;
  }

  /** The type of what matches any of these declarations. */
  draft(elements: readonly ElementPattern[]): Draft {
    const key = elements
      .map((element) => this.id(element))
      .sort((a, b) => a - b)
      .join();
    const known = this.byElements.get(key);
    if (known !== undefined) return known;
    const draft: Draft = {
      tag: elements[0]?.name ?? "",
      elements,
      uses: [],
      slots: [],
      variants: undefined,
    };
    this.byElements.set(key, draft);
    this.drafts.push(draft);
    this.fill(draft);
    return draft;
  }

  private id(element: ElementPattern): number {
    const id = this.ids.get(element) ?? this.ids.size;
    this.ids.set(element, id);
    return id;
  }

  private fill(draft: Draft): void {
    const pattern = choice(draft.elements.map(({ content }) => content));
    const alternatives = discriminate(pattern);
    if (alternatives === undefined) {
      const content = collect(pattern);
      draft.slots = content === undefined ? [] : this.slots(content, draft, undefined);
      return;
    }
    const { attribute, absent, of } = alternatives;
    const common = commonSlots(of.map(({ content }) => content));
    common.delete(`@${attribute}`);
    const isCommon = (slot: DraftSlot): boolean => common.has(slotKey(slot));
    const all = of.map(({ values, content }) => ({
      values,
      slots: this.slots(content, draft, values[0], common),
    }));
    draft.slots = all[0]?.slots.filter(isCommon) ?? [];
    draft.variants = {
      attribute,
      absent,
      of: all.map(({ values, slots }) => ({
        values,
        slots: slots.filter((slot) => !isCommon(slot)),
        ...before(slots, isCommon),
      })),
    };
  }

  private slots(
    { attributes, children, text, open }: Content,
    parent: Draft,
    variant: string | undefined,
    common: ReadonlySet<string> = new Set(),
  ): readonly DraftSlot[] {
    const slots: DraftSlot[] = [...attributes].map(([xml, { min, items }]) => ({
      kind: "attribute",
      xml,
      ...(min > 0 && { required: true }),
      scalar: scalarOf(items),
    }));
    if (text !== undefined && !open) {
      const { min, items } = text;
      slots.push({
        kind: "content",
        xml: parent.tag,
        ...(min > 0 && { required: true }),
        scalar: scalarOf(items),
      });
    }
    for (const [key, occurrence] of children) {
      const belongs = common.has(key) ? undefined : variant;
      slots.push(this.child(occurrence, { parent, variant: belongs }));
    }
    return slots;
  }

  private child({ min, max, items }: Occurrence<ElementPattern>, use: Use): DraftSlot {
    const [first] = items;
    const base = {
      xml: first?.name ?? "",
      ...(first !== undefined && first.ns !== "" && { ns: first.ns }),
      ...(min > 0 && { required: true }),
      ...(max > 1 && { many: true }),
    };
    const content = collect(choice(items.map((element) => element.content)));
    if (content === undefined || content.open) return { kind: "raw", ...base };
    const { attributes, children, text } = content;
    if (attributes.size === 0 && children.size === 0) {
      return text === undefined
        ? { kind: "flag", ...base }
        : {
            kind: "leaf",
            ...base,
            scalar: scalarOf(text.min > 0 ? text.items : [...text.items, EMPTY_TEXT]),
          };
    }
    const other = items.map(({ origin }) => this.roots.get(origin)).find((kind) => kind !== undefined);
    if (other !== undefined) return { kind: "child", ...base, type: `${other}:` };
    const type = this.draft(items);
    type.uses.push(use);
    return { kind: "child", ...base, type };
  }
}

const EMPTY_TEXT: Pattern = { kind: "empty" };

function slotKey({ kind, xml, ns }: DraftSlot): string {
  if (kind === "content") return "<content>";
  if (kind === "attribute") return `@${xml}`;
  return ns === undefined ? xml : `${xml} ${ns}`;
}

/** How many children of all variants come before the variant's own; nothing, where that is all of them. */
function before(
  slots: readonly DraftSlot[],
  isCommon: (slot: DraftSlot) => boolean,
): { readonly before?: number } {
  const children = slots.filter(({ kind }) => kind !== "attribute" && kind !== "content");
  const count = children.findIndex((slot) => !isCommon(slot));
  return count < 0 || count === children.filter(isCommon).length ? {} : { before: count };
}

/** What is the same in all variants: attributes by name and value, children by their declarations. */
function commonSlots(contents: readonly Content[]): Set<string> {
  const described = contents.map(({ attributes, children, text }) => {
    const facts = new Map<string, string>();
    for (const [name, { min, items }] of attributes)
      facts.set(`@${name}`, JSON.stringify([min > 0, scalarOf(items)]));
    for (const [key, { min, max, items }] of children)
      facts.set(key, JSON.stringify([min > 0, max > 1, identity({ min, max, items })]));
    if (text !== undefined) facts.set("<content>", JSON.stringify([text.min > 0, scalarOf(text.items)]));
    return facts;
  });
  const [first = new Map<string, string>(), ...others] = described;
  return new Set(
    [...first].filter(([key, fact]) => others.every((facts) => facts.get(key) === fact)).map(([key]) => key),
  );
}
