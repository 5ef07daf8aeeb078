import type { Moment, MomentTree } from "./moment-tree.js";

/** `VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN` and `..._CHILDREN_ONLY`, which checkpoints number alike. */
const CHILDREN = 1;
const CHILDREN_ONLY = 4;

/** Deletes a moment, with those after it or only those, as the flags say. */
export function deleteMoments<T extends Moment>(tree: MomentTree<T>, moment: T, flags: number): void {
  const { current } = tree;
  const doomed = new Set<T>((flags & (CHILDREN | CHILDREN_ONLY)) === 0 ? [] : tree.descendants(moment));
  if ((flags & CHILDREN_ONLY) === 0) doomed.add(moment);
  const parent = (flags & CHILDREN_ONLY) === 0 ? moment.parent : moment.name;
  // Children first, so that none is handed to a parent that goes as well.
  for (const each of [...doomed].toReversed()) tree.delete(each);
  if (current !== undefined && doomed.has(current)) {
    tree.current = parent === undefined ? undefined : tree.get(parent);
  }
}
