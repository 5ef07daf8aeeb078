/** A point in a domain's life that one can come back to. */
export interface Moment {
  readonly name: string;
  /** The moment after which it was taken; gone with it if that is deleted. */
  parent: string | undefined;
}

/** The snapshots, or the checkpoints, of a domain. */
export class MomentTree<T extends Moment> implements Iterable<T> {
  private readonly byName = new Map<string, T>();
  /** The one that the domain goes on from. */
  current: T | undefined;

  get size(): number {
    return this.byName.size;
  }

  [Symbol.iterator](): IterableIterator<T> {
    return this.byName.values();
  }

  get(name: string): T | undefined {
    return this.byName.get(name);
  }

  /** Adds one, or puts it in the place of another of that name. */
  set(moment: T): void {
    this.byName.set(moment.name, moment);
  }

  /** Those whose parent is not there. */
  roots(): T[] {
    return Array.from(this).filter(({ parent }) => parent === undefined || !this.byName.has(parent));
  }

  children(moment: T): T[] {
    return Array.from(this).filter(({ parent }) => parent === moment.name);
  }

  /** All that come after one, parents before their children. */
  descendants(moment: T): T[] {
    const found: T[] = [];
    let next = this.children(moment);
    // A document may claim a parent that comes after it: nobody is found twice.
    while (next.length > 0) {
      const fresh = next.filter((each) => each !== moment && !found.includes(each));
      found.push(...fresh);
      next = fresh.flatMap((each) => this.children(each));
    }
    return found;
  }

  /** Takes one out; its children become its parent's. */
  delete(moment: T): void {
    for (const child of this.children(moment)) child.parent = moment.parent;
    this.byName.delete(moment.name);
    if (this.current === moment) this.current = undefined;
  }
}
