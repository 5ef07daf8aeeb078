import {
  ErrorDomain,
  ErrorNumber,
  StoragePoolEventLifecycleType as Event,
} from "../../protocol/generated/constants/index.js";
import {
  REMOTE_PROC_CONNECT_FIND_STORAGE_POOL_SOURCES,
  REMOTE_PROC_CONNECT_LIST_ALL_STORAGE_POOLS,
  REMOTE_PROC_CONNECT_LIST_DEFINED_STORAGE_POOLS,
  REMOTE_PROC_CONNECT_LIST_STORAGE_POOLS,
  REMOTE_PROC_CONNECT_NUM_OF_DEFINED_STORAGE_POOLS,
  REMOTE_PROC_CONNECT_NUM_OF_STORAGE_POOLS,
  REMOTE_PROC_STORAGE_POOL_BUILD,
  REMOTE_PROC_STORAGE_POOL_CREATE,
  REMOTE_PROC_STORAGE_POOL_CREATE_XML,
  REMOTE_PROC_STORAGE_POOL_DEFINE_XML,
  REMOTE_PROC_STORAGE_POOL_DELETE,
  REMOTE_PROC_STORAGE_POOL_DESTROY,
  REMOTE_PROC_STORAGE_POOL_GET_AUTOSTART,
  REMOTE_PROC_STORAGE_POOL_GET_INFO,
  REMOTE_PROC_STORAGE_POOL_GET_XML_DESC,
  REMOTE_PROC_STORAGE_POOL_IS_ACTIVE,
  REMOTE_PROC_STORAGE_POOL_IS_PERSISTENT,
  REMOTE_PROC_STORAGE_POOL_LOOKUP_BY_NAME,
  REMOTE_PROC_STORAGE_POOL_LOOKUP_BY_TARGET_PATH,
  REMOTE_PROC_STORAGE_POOL_LOOKUP_BY_UUID,
  REMOTE_PROC_STORAGE_POOL_LOOKUP_BY_VOLUME,
  REMOTE_PROC_STORAGE_POOL_REFRESH,
  REMOTE_PROC_STORAGE_POOL_SET_AUTOSTART,
  REMOTE_PROC_STORAGE_POOL_UNDEFINE,
} from "../../protocol/generated/remote/index.js";
import { passesFilters, startableGroups } from "../filters.js";
import { checkFlags, refuse } from "../refuse.js";
import { handle, type TestRoute } from "../session.js";
import type { TestPool } from "./pool.js";
import { readPool } from "./pool-document.js";
import type { PoolShed } from "./pool-shed.js";
import { findSources } from "./sources.js";

/** Kinds of pool by the bit that asks for them, from `VIR_CONNECT_LIST_STORAGE_POOLS_DIR` on. */
const KINDS =
  "dir fs netfs logical disk iscsi scsi mpath rbd sheepdog gluster zfs vstorage iscsi-direct".split(" ");
const FIRST_KIND = 6;
const ALL_FILTERS = 0xf_ffff;

/** Finds storage pools, one or all, and tells of them. */
export function poolLookupRoutes(shed: PoolShed): readonly TestRoute[] {
  const names = (active: boolean): string[] =>
    Array.from(shed)
      .filter((pool) => pool.active === active)
      .map(({ name }) => name);
  return [
    handle(REMOTE_PROC_CONNECT_NUM_OF_STORAGE_POOLS, () => ({ num: names(true).length })),
    handle(REMOTE_PROC_CONNECT_NUM_OF_DEFINED_STORAGE_POOLS, () => ({ num: names(false).length })),
    handle(REMOTE_PROC_CONNECT_LIST_STORAGE_POOLS, ({ maxnames }) => ({
      names: names(true).slice(0, maxnames),
    })),
    handle(REMOTE_PROC_CONNECT_LIST_DEFINED_STORAGE_POOLS, ({ maxnames }) => ({
      names: names(false).slice(0, maxnames),
    })),
    handle(REMOTE_PROC_CONNECT_LIST_ALL_STORAGE_POOLS, ({ needResults, flags }) => {
      checkFlags(flags, ALL_FILTERS, "testConnectListAllStoragePools");
      const listed = Array.from(shed).filter((pool) =>
        passesFilters(flags, [
          ...startableGroups(pool),
          KINDS.map((kind, i) => [1 << (FIRST_KIND + i), pool.type === kind] as const),
        ]),
      );
      return { pools: needResults === 0 ? [] : listed.map((pool) => pool.handle), ret: listed.length };
    }),
    handle(REMOTE_PROC_STORAGE_POOL_LOOKUP_BY_NAME, ({ name }) => ({ pool: shed.named(name).handle })),
    handle(REMOTE_PROC_STORAGE_POOL_LOOKUP_BY_UUID, ({ uuid }) => ({ pool: shed.withUuid(uuid).handle })),
    handle(REMOTE_PROC_STORAGE_POOL_LOOKUP_BY_VOLUME, ({ vol }) => ({ pool: shed.named(vol.pool).handle })),
    handle(REMOTE_PROC_STORAGE_POOL_LOOKUP_BY_TARGET_PATH, ({ path }) => {
      const pool = Array.from(shed).find((each) => each.active && each.path === path);
      return { pool: shed.found(pool, `target path '${path}'`).handle };
    }),
    handle(REMOTE_PROC_STORAGE_POOL_GET_INFO, ({ pool }) => shed.get(pool).info),
    handle(REMOTE_PROC_STORAGE_POOL_GET_XML_DESC, ({ pool }) => ({ xml: shed.get(pool).describe() })),
    handle(REMOTE_PROC_STORAGE_POOL_IS_ACTIVE, ({ pool }) => ({ active: Number(shed.get(pool).active) })),
    handle(REMOTE_PROC_STORAGE_POOL_IS_PERSISTENT, ({ pool }) => ({
      persistent: Number(shed.get(pool).persistent),
    })),
    handle(REMOTE_PROC_STORAGE_POOL_GET_AUTOSTART, ({ pool }) => ({
      autostart: Number(shed.get(pool).autostart),
    })),
    handle(REMOTE_PROC_CONNECT_FIND_STORAGE_POOL_SOURCES, ({ type, srcSpec }) => ({
      xml: findSources(type, srcSpec),
    })),
  ];
}

/** Makes storage pools, and does away with them. */
export function poolLifeRoutes(shed: PoolShed): readonly TestRoute[] {
  const stopped = (pool: TestPool): void => {
    pool.active = false;
    shed.tell(pool, Event.STOPPED);
    if (!pool.persistent) shed.remove(pool);
  };
  return [
    handle(REMOTE_PROC_STORAGE_POOL_DEFINE_XML, ({ xml }) => {
      const config = readPool(xml);
      const { pool } = shed.put(config);
      pool.config = config;
      pool.persistent = true;
      shed.tell(pool, Event.DEFINED);
      return { pool: pool.handle };
    }),
    handle(REMOTE_PROC_STORAGE_POOL_CREATE_XML, ({ xml }) => {
      const { pool } = shed.put(readPool(xml));
      if (pool.active) {
        const detail = `pool is already active as '${pool.name}'`;
        throw refuse(ErrorNumber.OPERATION_INVALID, ErrorDomain.STORAGE, detail);
      }
      pool.active = true;
      shed.tell(pool, Event.STARTED);
      return { pool: pool.handle };
    }),
    handle(REMOTE_PROC_STORAGE_POOL_CREATE, ({ pool: which }) => {
      const pool = shed.get(which);
      pool.requireInactive();
      pool.active = true;
      shed.tell(pool, Event.STARTED);
    }),
    handle(REMOTE_PROC_STORAGE_POOL_BUILD, ({ pool: which }) => {
      const pool = shed.get(which);
      pool.requireInactive();
      shed.tell(pool, Event.CREATED);
    }),
    handle(REMOTE_PROC_STORAGE_POOL_DESTROY, ({ pool }) => stopped(shed.active(pool))),
    handle(REMOTE_PROC_STORAGE_POOL_DELETE, ({ pool: which }) => {
      const pool = shed.get(which);
      pool.requireInactive();
      for (const volume of Array.from(pool.volumes)) pool.volumes.delete(volume);
      shed.tell(pool, Event.DELETED);
    }),
    handle(REMOTE_PROC_STORAGE_POOL_UNDEFINE, ({ pool: which }) => {
      const pool = shed.get(which);
      pool.requireInactive();
      shed.remove(pool);
      shed.tell(pool, Event.UNDEFINED);
    }),
    handle(REMOTE_PROC_STORAGE_POOL_REFRESH, ({ pool: which }) => {
      shed.tellRefresh(shed.active(which));
    }),
    handle(REMOTE_PROC_STORAGE_POOL_SET_AUTOSTART, ({ pool: which, autostart }) => {
      const pool = shed.get(which);
      if (!pool.persistent)
        throw refuse(ErrorNumber.INVALID_ARG, ErrorDomain.TEST, "pool has no config file");
      pool.autostart = autostart !== 0;
    }),
  ];
}
