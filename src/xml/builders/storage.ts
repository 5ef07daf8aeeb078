import type { StoragePoolConfig } from "../generated/storage-pool/index.js";
import type { StorageVolConfig } from "../generated/storage-vol/index.js";
import { createSize, type Size } from "./size.js";

/** What a storage pool is made of, by its type. */
export type StoragePoolOptions = { readonly name: string } & (
  | {
      /** A folder of the host. */
      readonly type: "dir";
      readonly path: string;
    }
  | {
      /** A file system on a partition, which is mounted. */
      readonly type: "fs";
      readonly device: string;
      readonly path: string;
      readonly format?: string;
    }
  | {
      /** A folder of another machine, which is mounted. */
      readonly type: "netfs";
      readonly host: string;
      /** The folder there. */
      readonly dir: string;
      readonly path: string;
      readonly format?: string;
    }
  | {
      /** A volume group of LVM's; with devices it can be built. */
      readonly type: "logical";
      readonly group: string;
      readonly devices?: readonly string[];
    }
  | {
      /** A target of an iSCSI server. */
      readonly type: "iscsi";
      readonly host: string;
      /** Name of the target, as in "iqn.2026-01.example:disks". */
      readonly target: string;
    }
  | {
      /** A pool of a Ceph cluster. */
      readonly type: "rbd";
      readonly hosts: readonly string[];
      /** The pool's name there. */
      readonly pool: string;
      /** User, and the UUID of the secret that has the key. */
      readonly auth?: { readonly username: string; readonly secret: string };
    }
);

/** A storage pool. */
export function createStoragePool(options: StoragePoolOptions): StoragePoolConfig {
  const { name } = options;
  switch (options.type) {
    case "dir":
      return { type: "dir", name, target: { path: options.path } };
    case "fs":
      return {
        type: "fs",
        name,
        source: { device: { path: options.device }, format: { type: options.format ?? "auto" } },
        target: { path: options.path },
      };
    case "netfs":
      return {
        type: "netfs",
        name,
        source: {
          host: [{ name: options.host }],
          dir: { path: options.dir },
          format: { type: options.format ?? "auto" },
        },
        target: { path: options.path },
      };
    case "logical":
      return {
        type: "logical",
        name,
        source: {
          name: options.group,
          device: (options.devices ?? []).map((path) => ({ path })),
          format: { type: "lvm2" },
        },
        target: { path: `/dev/${options.group}` },
      };
    case "iscsi":
      return {
        type: "iscsi",
        name,
        source: { host: [{ name: options.host }], device: { path: options.target } },
        target: { path: "/dev/disk/by-path" },
      };
    case "rbd":
      return {
        type: "rbd",
        name,
        source: {
          name: options.pool,
          host: options.hosts.map((host) => ({ name: host })),
          ...(options.auth === undefined
            ? {}
            : {
                auth: {
                  type: "ceph",
                  username: options.auth.username,
                  secret: { uuid: options.auth.secret },
                },
              }),
        },
      };
  }
}

/** What a volume is made of. */
export interface StorageVolOptions {
  readonly name: string;
  /** As in "20 GiB", or bytes. */
  readonly capacity: Size;
  /** What is taken at once; 0 for a volume that grows. */
  readonly allocation?: Size;
  /** Told from the name's ending when left out, else raw. */
  readonly format?: string;
  /** A volume that this one starts as, and only has the differences to. */
  readonly backing?: { readonly path: string; readonly format: string };
}

/** A volume. */
export function createStorageVol(options: StorageVolOptions): StorageVolConfig {
  const { name, capacity, allocation, backing, format = /\.qcow2?$/.test(name) ? "qcow2" : "raw" } = options;
  return {
    name,
    capacity: createSize(capacity),
    ...(allocation === undefined ? {} : { allocation: createSize(allocation) }),
    target: { format: { type: format } },
    ...(backing === undefined
      ? {}
      : { backingStore: { path: backing.path, format: { type: backing.format } } }),
  };
}
