import { ErrorDomain, ErrorNumber, StoragePoolEventID } from "../../protocol/generated/constants/index.js";
import {
  REMOTE_PROC_STORAGE_POOL_EVENT_LIFECYCLE,
  REMOTE_PROC_STORAGE_POOL_EVENT_REFRESH,
  type RemoteNonnullStoragePool,
  type RemoteNonnullStorageVol,
} from "../../protocol/generated/remote/index.js";
import type { EventBoard } from "../event-board.js";
import { ObjectTable } from "../object-table.js";
import { refuse } from "../refuse.js";
import type { XmlElement } from "../xml/index.js";
import { TestPool } from "./pool.js";
import type { TestVolume } from "./volume.js";
import type { Budget } from "./volume-streams.js";

const MEBIBYTE = 1024n * 1024n;

/** All storage pools of a hypervisor, and what every procedure about them needs. */
export class PoolShed implements Iterable<TestPool>, Budget {
  private readonly board: EventBoard;
  private readonly table = new ObjectTable<TestPool>();
  private readonly limit: bigint;

  /** `limit` is how many bytes all volumes may keep together. */
  constructor(board: EventBoard, limit: bigint) {
    this.board = board;
    this.limit = limit;
  }

  [Symbol.iterator](): IterableIterator<TestPool> {
    return this.table[Symbol.iterator]();
  }

  take(bytes: bigint): void {
    let kept = bytes;
    for (const pool of this.table) for (const volume of pool.volumes) kept += volume.bytes.allocated;
    if (kept <= this.limit) return;
    const message =
      `this test hypervisor keeps ${this.limit / MEBIBYTE} MiB of volumes at the most, in memory; ` +
      "send holes where there are zeros, or make it with a larger storageLimit";
    throw refuse(ErrorNumber.OPERATION_FAILED, ErrorDomain.STORAGE, message);
  }

  get({ uuid, name }: RemoteNonnullStoragePool): TestPool {
    return this.found(this.table.withUuid(uuid) ?? this.table.named(name), `uuid '${uuid}'`);
  }

  named(name: string): TestPool {
    return this.found(this.table.named(name), `name '${name}'`);
  }

  withUuid(uuid: string): TestPool {
    return this.found(this.table.withUuid(uuid), `uuid '${uuid}'`);
  }

  found(pool: TestPool | undefined, what: string): TestPool {
    if (pool !== undefined) return pool;
    throw refuse(ErrorNumber.NO_STORAGE_POOL, ErrorDomain.TEST, `no storage pool with matching ${what}`);
  }

  /** The pool that a client means, which must be active. */
  active(handle: RemoteNonnullStoragePool): TestPool {
    const pool = this.get(handle);
    pool.requireActive();
    return pool;
  }

  /** The volume that a client means; its pool must be active. */
  volume({ pool: poolName, name }: RemoteNonnullStorageVol): {
    readonly pool: TestPool;
    readonly volume: TestVolume;
  } {
    const pool = this.named(poolName);
    pool.requireActive();
    const volume = pool.volumes.named(name);
    if (volume === undefined) throw missingVolume(`name '${name}'`);
    return { pool, volume };
  }

  /** The first volume of an active pool that matches. */
  findVolume(matches: (volume: TestVolume) => boolean, what: string): TestVolume {
    for (const pool of this.table) {
      if (!pool.active) continue;
      for (const volume of pool.volumes) if (matches(volume)) return volume;
    }
    throw missingVolume(what);
  }

  /** The pool that a document is about, or a new one. @throws Refusal if name or place belong to another. */
  put(config: XmlElement): { readonly pool: TestPool; readonly fresh: boolean } {
    const name = config.textOf("name") ?? "";
    const uuid = config.textOf("uuid") ?? "";
    const path = config.textOf("target/path");
    const taken = (detail: string): Error =>
      refuse(ErrorNumber.OPERATION_FAILED, ErrorDomain.STORAGE, detail);
    const same = this.table.withUuid(uuid);
    const other = this.table.named(name);
    if (same !== undefined && same.name !== name) {
      throw taken(`pool '${same.name}' is already defined with uuid ${uuid}`);
    }
    if (other !== undefined && same === undefined) {
      throw taken(`pool '${name}' already exists with uuid ${other.uuid}`);
    }
    const rival = Array.from(this.table).find(
      (each) => each !== same && each.path !== "" && each.path === path,
    );
    if (rival !== undefined) throw taken(`Storage source conflict with pool: '${rival.name}'`);
    if (same !== undefined) return { pool: same, fresh: false };
    const pool = new TestPool(config);
    this.table.add(pool);
    return { pool, fresh: true };
  }

  remove(pool: TestPool): void {
    this.table.delete(pool);
  }

  /** Tells of a virStoragePoolEventLifecycleType. */
  tell({ uuid, handle: pool }: TestPool, event: number): void {
    this.board.tell({
      subject: "storagePool",
      event: StoragePoolEventID.LIFECYCLE,
      object: uuid,
      procedure: REMOTE_PROC_STORAGE_POOL_EVENT_LIFECYCLE,
      message: (callbackID) => ({ callbackID, pool, event, detail: 0 }),
    });
  }

  tellRefresh({ uuid, handle: pool }: TestPool): void {
    this.board.tell({
      subject: "storagePool",
      event: StoragePoolEventID.REFRESH,
      object: uuid,
      procedure: REMOTE_PROC_STORAGE_POOL_EVENT_REFRESH,
      message: (callbackID) => ({ callbackID, pool }),
    });
  }
}

export function missingVolume(what: string): Error {
  return refuse(ErrorNumber.NO_STORAGE_VOL, ErrorDomain.TEST, `no storage vol with matching ${what}`);
}
