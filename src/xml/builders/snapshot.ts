import type { DomainSnapshotConfig } from "../generated/domain-snapshot/index.js";

/** What a snapshot is made of. */
export interface SnapshotOptions {
  /** libvirt takes the time when it is left out. */
  readonly name?: string;
  readonly description?: string;
  /**
   * What happens to each disk, by its target: "internal" keeps the snapshot in the image itself, "external" has the
   * guest write into a new file from now on (a path names the file), "no" leaves the disk out.
   */
  readonly disks?: Readonly<Record<string, "internal" | "external" | "no" | `/${string}`>>;
  /** Keeps the memory too: "internal" in the first image, a path in a file of its own, "no" not at all. */
  readonly memory?: "internal" | "no" | `/${string}`;
}

/** A snapshot of a guest. */
export function createSnapshot(options: SnapshotOptions = {}): DomainSnapshotConfig {
  const { name, description, disks, memory } = options;
  return {
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    ...(memory === undefined
      ? {}
      : { memory: isPath(memory) ? { snapshot: "external", file: memory } : { snapshot: memory } }),
    ...(disks === undefined
      ? {}
      : {
          disks: {
            disk: Object.entries(disks).map(([target, how]) =>
              isPath(how)
                ? { name: target, snapshot: "external", type: "file", source: { file: how } }
                : { name: target, snapshot: how },
            ),
          },
        }),
  };
}

const isPath = (text: string): boolean => text.startsWith("/");
