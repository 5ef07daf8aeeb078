import { ALIKE, reach } from "./similar.js";

/** What stands for what in two lists; undefined where the other list has nothing like it. */
export interface Aligned {
  readonly left: number | undefined;
  readonly right: number | undefined;
  /** True when it has changed places with others. */
  readonly moved: boolean;
}

/**
 * Says what in one list stands for what in another: first what has the same key, by one key after the other, then what
 * is most alike.
 *
 * @param keys - Give the same for what is the same; undefined for what they cannot tell apart.
 * @param likeness - From 0 to 1; more than `ALIKE` is alike.
 */
export function align<T>(
  lefts: readonly T[],
  rights: readonly T[],
  keys: readonly ((item: T) => unknown)[],
  likeness: (left: T, right: T) => number,
): Aligned[] {
  const partner = new Map<number, number>();
  const free = new Set(rights.keys());
  const pair = (left: number, right: number): void => {
    partner.set(left, right);
    free.delete(right);
  };
  for (const key of keys) pairByKey(lefts, rights, key, partner, pair);
  const alone = lefts.flatMap((_, left) => (partner.has(left) ? [] : [left]));
  const [left] = alone;
  const [right] = free;
  // What is left over on both sides is the same thing, changed.
  if (left !== undefined && right !== undefined && alone.length === 1 && free.size === 1) pair(left, right);
  else
    for (const one of alone)
      pairByLikeness(lefts[one] as T, rights, likeness, free, (best) => pair(one, best));
  let last = -1;
  const pairs = lefts.map((_, i): Aligned => {
    const j = partner.get(i);
    const moved = j !== undefined && j < last;
    last = Math.max(last, j ?? -1);
    return { left: i, right: j, moved };
  });
  return [...pairs, ...[...free].map((j): Aligned => ({ left: undefined, right: j, moved: false }))];
}

function pairByKey<T>(
  lefts: readonly T[],
  rights: readonly T[],
  key: (item: T) => unknown,
  partner: ReadonlyMap<number, number>,
  pair: (left: number, right: number) => void,
): void {
  const taken = new Set(partner.values());
  const places = new Map<unknown, number[]>();
  for (const [j, item] of rights.entries()) {
    if (taken.has(j)) continue;
    const value = key(item);
    const known = places.get(value);
    if (known !== undefined) known.push(j);
    else if (value !== undefined) places.set(value, [j]);
  }
  for (const [i, item] of lefts.entries()) {
    if (partner.has(i)) continue;
    const j = places.get(key(item))?.shift();
    if (j !== undefined) pair(i, j);
  }
}

function pairByLikeness<T>(
  item: T,
  rights: readonly T[],
  likeness: (left: T, right: T) => number,
  free: ReadonlySet<number>,
  pair: (right: number) => void,
): void {
  let [best, most]: [number | undefined, number] = [undefined, ALIKE];
  let left = reach(rights.length);
  for (const j of free) {
    if (left-- === 0) break;
    const alikeness = likeness(item, rights[j] as T);
    if (alikeness > most) [best, most] = [j, alikeness];
  }
  if (best !== undefined) pair(best);
}
