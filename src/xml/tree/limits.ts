/** How much of a document is read before it is refused. */
export interface XmlLimits {
  /** Bytes of a `Uint8Array`, UTF-16 code units of a string. */
  readonly size?: number;
  /** How deep elements may be nested; 400 at the most. */
  readonly depth?: number;
  /** Elements, attributes, comments, instructions and CDATA sections together. */
  readonly nodes?: number;
  /** Attributes of one element. */
  readonly attributes?: number;
}

/** libvirt itself takes texts of 4 MiB at the most, so these are generous. */
export const DEFAULT_LIMITS: Required<XmlLimits> = {
  size: 32 << 20,
  depth: 256,
  nodes: 500_000,
  // What fast-xml-parser takes for a text grows with the attributes of the element that it is in.
  attributes: 128,
};

/** What the call stack of whoever walks the tree can bear. */
export const DEEPEST = 400;

/** The limits to keep, from those asked for. */
export function limitsFrom(limits: XmlLimits = {}): Required<XmlLimits> {
  const all = { ...DEFAULT_LIMITS, ...limits };
  return { ...all, depth: Math.min(all.depth, DEEPEST) };
}
