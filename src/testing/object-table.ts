/** What every object of a hypervisor has. */
export interface Named {
  readonly name: string;
  /** Objects such as interfaces have none. */
  readonly uuid?: string | undefined;
}

/** The objects of one kind, by name and by UUID, in the order in which they were added. */
export class ObjectTable<T extends Named> implements Iterable<T> {
  private readonly byName = new Map<string, T>();
  private readonly byUuid = new Map<string, T>();

  get size(): number {
    return this.byName.size;
  }

  /** @throws Error if the name or the UUID is taken: whoever adds has looked before. */
  add(object: T): void {
    const { name, uuid } = object;
    if (this.byName.has(name)) throw new Error(`there is an object with the name ${JSON.stringify(name)}`);
    if (uuid !== undefined) {
      if (this.byUuid.has(uuid)) throw new Error(`there is an object with the UUID ${uuid}`);
      this.byUuid.set(uuid, object);
    }
    this.byName.set(name, object);
  }

  delete(object: T): void {
    if (this.byName.get(object.name) !== object) return;
    this.byName.delete(object.name);
    if (object.uuid !== undefined) this.byUuid.delete(object.uuid);
  }

  /** Gives an object another name with `rename`, which stores it in the object. */
  rename(object: T, rename: () => void): void {
    this.delete(object);
    rename();
    this.add(object);
  }

  named(name: string): T | undefined {
    return this.byName.get(name);
  }

  withUuid(uuid: string): T | undefined {
    return this.byUuid.get(uuid);
  }

  [Symbol.iterator](): IterableIterator<T> {
    return this.byName.values();
  }
}
