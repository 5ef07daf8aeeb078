import { NAMESPACES, typeWord, type XmlKind } from "../../xml-kinds.js";
import type { Draft, Use } from "./draft.js";

/**
 * Types that several others share, by definition and element, where the element's name does not say enough. The
 * kind's prefix comes before it.
 */
export const NAMES: Readonly<Record<string, string>> = {
  "audiocommonchild:settings": "AudioSettings",
  "clipboard:clipboard": "ChardevClipboard",
  "devSeclabel:seclabel": "DeviceSeclabel",
  "diskFormat:format": "DiskFormat",
  "diskSourceBlock:source": "DiskSourceBlock",
  "diskSourceCommon:dataStore": "DiskSourceDataStore",
  "diskSourceCommon:slices": "DiskSourceSlices",
  "diskSourceCtl:source": "DiskSourceCtl",
  "diskSourceDir:source": "DiskSourceDir",
  "diskSourceFile:source": "DiskSourceFile",
  "diskSourceNetworkProtocolNBD:source": "DiskSourceNetwork",
  "diskSourceNvme:source": "DiskSourceNvme",
  "diskSourceVhostUser:source": "DiskSourceVhostUser",
  "diskSourceVhostVdpa:source": "DiskSourceVhostVdpa",
  "diskSourceVolume:source": "DiskSourceVolume",
  "memorydev:memory": "MemoryDevice",
  "mousemode:mouse": "ChardevMouse",
  "qemucdevSrcDef:log": "ChardevLog",
  "qemucdevSrcDef:protocol": "ChardevProtocol",
  "qemucdevSrcDef:source": "ChardevSource",
  "qemucdevTgtDef:target": "ChardevTarget",
  "reconnect:reconnect": "ChardevReconnect",
  "usbproduct:product": "UsbProduct",
  "usbproduct:vendor": "UsbVendor",
};

/** Elements that only hold others: the names of those do without theirs. */
const HOLDERS: ReadonlySet<string> = new Set(["devices"]);

/**
 * Names types for where they stand: `DomainDisk`, `DomainDiskDriver`. What belongs to one variant names it
 * (`DomainDiskFileSource`); what several types share is named for itself (`DomainAddress`). From the root down.
 */
export function nameTypes(kind: XmlKind, root: Draft, drafts: readonly Draft[]): ReadonlyMap<Draft, string> {
  const names = new Map<Draft, string>([[root, kind.root]]);
  const taken = new Set<string>([kind.root]);
  let open = drafts.filter((draft) => draft !== root);
  while (open.length > 0) {
    // Those whose users all have names, or else, where types hold themselves, any whose first user has one.
    const ready = open.filter(({ uses }) => uses.every(({ parent }) => names.has(parent)));
    const batch =
      ready.length > 0 ? ready : open.filter(({ uses }) => uses.some(({ parent }) => names.has(parent)));
    const [draft] = batch;
    if (draft === undefined) throw new Error(`types of ${kind.kind} are used by nobody`);
    const name = candidates(kind, draft, names).find((candidate) => !taken.has(candidate));
    if (name === undefined)
      throw new Error(`<${draft.tag}> of ${kind.kind} needs a name in codegen/import/rng/names.ts`);
    names.set(draft, name);
    taken.add(name);
    open = open.filter((other) => other !== draft);
  }
  return names;
}

function candidates(kind: XmlKind, draft: Draft, names: ReadonlyMap<Draft, string>): readonly string[] {
  const { tag, elements } = draft;
  const exception = NAMES[`${elements[0]?.define ?? ""}:${tag}`];
  if (exception !== undefined) return [`${kind.prefix}${exception}`];
  const uses = draft.uses.filter(({ parent }) => names.has(parent));
  const ns = elements[0]?.ns ?? "";
  const foreign = uses.some(({ parent }) => (parent.elements[0]?.ns ?? "") !== ns);
  const word = (foreign ? typeWord(NAMESPACES[ns] ?? "") : "") + typeWord(tag);
  const stem = ({ parent }: Use): string => {
    const name = names.get(parent) ?? "";
    return name === kind.root || HOLDERS.has(parent.tag) ? kind.prefix : name;
  };
  const inVariant = (use: Use): string =>
    use.variant === undefined ? `${stem(use)}${word}` : `${stem(use)}${typeWord(use.variant)}${word}`;
  const parents = new Set(uses.map(({ parent }) => parent));
  const defines = [...new Set(elements.map(({ define }) => define))];
  const define =
    defines.length === 1 && defines[0] !== undefined ? [`${kind.prefix}${typeWord(defines[0])}`] : [];
  const alone = parents.size === 1 && new Set(uses.map(({ variant }) => variant)).size > 1;
  const own = uses.flatMap((use) => (alone ? [`${stem(use)}${word}`, inVariant(use)] : [inVariant(use)]));
  return parents.size > 1 ? [`${kind.prefix}${word}`, ...define, ...own] : [...own, ...define];
}
