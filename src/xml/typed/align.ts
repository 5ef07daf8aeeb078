import { ALIKE } from "./similar.js";

/** What stands for what in two lists; undefined where the other list has nothing like it. */
export interface Aligned {
  readonly left: number | undefined;
  readonly right: number | undefined;
  /** True when it has changed places with others. */
  readonly moved: boolean;
}

/**
 * Says what in one list stands for what in another: first what is the same, then what is most alike.
 *
 * @param print - Gives the same text for what is the same.
 * @param likeness - From 0 to 1; more than a half is alike.
 */
export function align<T>(
  lefts: readonly T[],
  rights: readonly T[],
  print: (item: T) => string,
  likeness: (left: T, right: T) => number,
): Aligned[] {
  const partner = new Map<number, number>();
  const same = new Map<string, number[]>();
  for (const [j, item] of rights.entries()) {
    const text = print(item);
    same.set(text, [...(same.get(text) ?? []), j]);
  }
  for (const [i, item] of lefts.entries()) {
    const j = same.get(print(item))?.shift();
    if (j !== undefined) partner.set(i, j);
  }
  const free = new Set([...same.values()].flat());
  const [lone] = free;
  if (lone !== undefined && free.size === 1 && partner.size === lefts.length - 1) {
    // What is left over on both sides is the same thing, changed.
    partner.set(
      lefts.findIndex((_, i) => !partner.has(i)),
      lone,
    );
    free.clear();
  }
  for (const [i, item] of lefts.entries()) {
    if (partner.has(i)) continue;
    let [best, most]: [number | undefined, number] = [undefined, ALIKE];
    for (const j of free) {
      const likely = likeness(item, rights[j] as T);
      if (likely > most) [best, most] = [j, likely];
    }
    if (best === undefined) continue;
    partner.set(i, best);
    free.delete(best);
  }
  let last = -1;
  const pairs = lefts.map((_, left): Aligned => {
    const right = partner.get(left);
    const moved = right !== undefined && right < last;
    last = Math.max(last, right ?? -1);
    return { left, right, moved };
  });
  const added = [...free].sort((a, b) => a - b);
  return [...pairs, ...added.map((right): Aligned => ({ left: undefined, right, moved: false }))];
}
