import type { Moment, MomentTree } from "./moment-tree.js";

/** Which flags of a list mean what: snapshots and checkpoints number them differently. */
export interface MomentFilters {
  /** Of a domain: only those without a parent. Of a moment: not only its children, but theirs, too. */
  readonly ROOTS: number;
  readonly LEAVES: number;
  readonly NO_LEAVES: number;
}

/** The moments of a domain, or those after one of them, that pass the filters. */
export function listMoments<T extends Moment>(
  tree: MomentTree<T>,
  from: T | undefined,
  flags: number,
  filters: MomentFilters,
): T[] {
  const deep = (flags & filters.ROOTS) !== 0;
  const all =
    from === undefined
      ? deep
        ? tree.roots()
        : tree.roots().flatMap((root) => [root, ...tree.descendants(root)])
      : deep
        ? tree.descendants(from)
        : tree.children(from);
  const leaves = flags & (filters.LEAVES | filters.NO_LEAVES);
  if (leaves === 0 || leaves === (filters.LEAVES | filters.NO_LEAVES)) return all;
  return all.filter((moment) => (tree.children(moment).length === 0) === (leaves === filters.LEAVES));
}
