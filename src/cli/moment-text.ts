/** A snapshot or checkpoint, as much as lists show of it. */
export interface Moment {
  readonly name: string;
  readonly parent: string | undefined;
}

/** What a document of a snapshot or a checkpoint says of it. */
export function momentFacts(xml: string): {
  readonly state: string;
  readonly created: Date;
  readonly parent: string | undefined;
} {
  const own = xml.replace(/<domain [\s\S]*<\/domain>/, "");
  const text = (pattern: RegExp): string | undefined => pattern.exec(own)?.[1];
  return {
    state: text(/<state>([^<]*)</) ?? "",
    created: new Date(Number(text(/<creationTime>(\d+)</) ?? 0) * 1000),
    parent: text(/<parent>\s*<name>([^<]*)</),
  };
}

/** Moments as a tree, each below the one that it comes after. */
export function momentTree(moments: readonly Moment[]): string {
  const names = new Set(moments.map(({ name }) => name));
  const below = (parent: string | undefined): string[] =>
    moments
      .filter(
        (each) => (each.parent !== undefined && names.has(each.parent) ? each.parent : undefined) === parent,
      )
      .map(({ name }) => name);
  const branch = (name: string, indent: string): string => {
    const children = below(name);
    return children
      .map((child, i) => {
        const more = `${indent}${i === children.length - 1 ? "    " : "|   "}`;
        return `${indent}|\n${indent}+- ${child}\n${branch(child, more)}`;
      })
      .join("");
  };
  return below(undefined)
    .map((root) => `${root}\n${branch(root, "  ")}\n`)
    .join("");
}
