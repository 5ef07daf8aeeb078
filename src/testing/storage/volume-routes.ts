import { ErrorDomain, ErrorNumber } from "../../protocol/generated/constants/index.js";
import {
  REMOTE_PROC_STORAGE_POOL_LIST_ALL_VOLUMES,
  REMOTE_PROC_STORAGE_POOL_LIST_VOLUMES,
  REMOTE_PROC_STORAGE_POOL_NUM_OF_VOLUMES,
  REMOTE_PROC_STORAGE_VOL_CREATE_XML,
  REMOTE_PROC_STORAGE_VOL_CREATE_XML_FROM,
  REMOTE_PROC_STORAGE_VOL_DELETE,
  REMOTE_PROC_STORAGE_VOL_DOWNLOAD,
  REMOTE_PROC_STORAGE_VOL_GET_INFO,
  REMOTE_PROC_STORAGE_VOL_GET_INFO_FLAGS,
  REMOTE_PROC_STORAGE_VOL_GET_PATH,
  REMOTE_PROC_STORAGE_VOL_GET_XML_DESC,
  REMOTE_PROC_STORAGE_VOL_LOOKUP_BY_KEY,
  REMOTE_PROC_STORAGE_VOL_LOOKUP_BY_NAME,
  REMOTE_PROC_STORAGE_VOL_LOOKUP_BY_PATH,
  REMOTE_PROC_STORAGE_VOL_RESIZE,
  REMOTE_PROC_STORAGE_VOL_UPLOAD,
  REMOTE_PROC_STORAGE_VOL_WIPE,
  REMOTE_PROC_STORAGE_VOL_WIPE_PATTERN,
} from "../../protocol/generated/remote/index.js";
import { refuse } from "../refuse.js";
import { handle, type TestRoute } from "../session.js";
import type { TestPool } from "./pool.js";
import { missingVolume, type PoolShed } from "./pool-shed.js";
import type { SparseBytes } from "./sparse-bytes.js";
import { TestVolume } from "./volume.js";
import { readVolume } from "./volume-document.js";
import { download, upload } from "./volume-streams.js";

const SPARSE = 1;
const RESIZE = { DELTA: 2, SHRINK: 4 } as const;
/** `VIR_STORAGE_VOL_GET_PHYSICAL` */
const PHYSICAL = 1;

/** Volumes: what there are, and what is in them. */
export function volumeRoutes(shed: PoolShed): readonly TestRoute[] {
  const add = (pool: TestPool, xml: string, bytes?: SparseBytes): TestVolume => {
    const config = readVolume(xml, pool);
    const volume = new TestVolume(pool.name, config, bytes);
    if (pool.volumes.named(volume.name) !== undefined) {
      throw refuse(ErrorNumber.OPERATION_FAILED, ErrorDomain.TEST, "storage vol already exists");
    }
    if (volume.allocation > pool.info.available) {
      const detail = `Not enough free space in pool for volume '${volume.name}'`;
      throw refuse(ErrorNumber.INTERNAL_ERROR, ErrorDomain.TEST, detail);
    }
    pool.volumes.add(volume);
    return volume;
  };
  const wipe = ({ bytes }: TestVolume): void => bytes.punch(0n, bytes.size);

  return [
    handle(REMOTE_PROC_STORAGE_POOL_NUM_OF_VOLUMES, ({ pool }) => ({ num: shed.active(pool).volumes.size })),
    handle(REMOTE_PROC_STORAGE_POOL_LIST_VOLUMES, ({ pool, maxnames }) => ({
      names: Array.from(shed.active(pool).volumes, ({ name }) => name).slice(0, maxnames),
    })),
    handle(REMOTE_PROC_STORAGE_POOL_LIST_ALL_VOLUMES, ({ pool, needResults }) => {
      const { active, volumes } = shed.get(pool);
      if (!active)
        throw refuse(ErrorNumber.OPERATION_INVALID, ErrorDomain.TEST, "storage pool is not active");
      return { vols: needResults === 0 ? [] : Array.from(volumes, (each) => each.handle), ret: volumes.size };
    }),
    handle(REMOTE_PROC_STORAGE_VOL_LOOKUP_BY_NAME, ({ pool, name }) => {
      const volume = shed.active(pool).volumes.named(name);
      if (volume === undefined) throw missingVolume(`name '${name}'`);
      return { vol: volume.handle };
    }),
    handle(REMOTE_PROC_STORAGE_VOL_LOOKUP_BY_KEY, ({ key }) => ({
      vol: shed.findVolume((volume) => volume.key === key, `key '${key}'`).handle,
    })),
    handle(REMOTE_PROC_STORAGE_VOL_LOOKUP_BY_PATH, ({ path }) => ({
      vol: shed.findVolume((volume) => volume.path === path, `path '${path}'`).handle,
    })),
    handle(REMOTE_PROC_STORAGE_VOL_GET_INFO, ({ vol }) => infoOf(shed.volume(vol).volume)),
    handle(REMOTE_PROC_STORAGE_VOL_GET_INFO_FLAGS, ({ vol, flags }) => {
      const info = infoOf(shed.volume(vol).volume);
      return (flags & PHYSICAL) === 0 ? info : { ...info, allocation: info.capacity };
    }),
    handle(REMOTE_PROC_STORAGE_VOL_GET_PATH, ({ vol }) => ({ name: shed.volume(vol).volume.path })),
    handle(REMOTE_PROC_STORAGE_VOL_GET_XML_DESC, ({ vol }) => ({ xml: shed.volume(vol).volume.describe() })),
    handle(REMOTE_PROC_STORAGE_VOL_CREATE_XML, ({ pool, xml }) => ({
      vol: add(shed.active(pool), xml).handle,
    })),
    handle(REMOTE_PROC_STORAGE_VOL_CREATE_XML_FROM, ({ pool, xml, clonevol }) => {
      const target = shed.active(pool);
      const { bytes } = shed.volume(clonevol).volume;
      shed.take(bytes.allocated);
      const volume = add(target, xml, bytes.copy());
      const wanted = BigInt(volume.config.textOf("capacity") ?? "0");
      if (wanted > volume.capacity) volume.resize(wanted);
      return { vol: volume.handle };
    }),
    handle(REMOTE_PROC_STORAGE_VOL_DELETE, ({ vol }) => {
      const { pool, volume } = shed.volume(vol);
      pool.volumes.delete(volume);
    }),
    handle(REMOTE_PROC_STORAGE_VOL_WIPE, ({ vol }) => wipe(shed.volume(vol).volume)),
    handle(REMOTE_PROC_STORAGE_VOL_WIPE_PATTERN, ({ vol }) => wipe(shed.volume(vol).volume)),
    handle(REMOTE_PROC_STORAGE_VOL_RESIZE, ({ vol, capacity, flags }) => {
      const { volume } = shed.volume(vol);
      const shrinks = (flags & RESIZE.SHRINK) !== 0;
      const signed = shrinks ? -capacity : capacity;
      const size = (flags & RESIZE.DELTA) === 0 ? capacity : volume.capacity + signed;
      if (size < volume.capacity && !shrinks) {
        const detail = "Can't shrink capacity below current capacity unless shrink flag explicitly specified";
        throw refuse(ErrorNumber.INVALID_ARG, ErrorDomain.STORAGE, detail);
      }
      volume.resize(size < 0n ? 0n : size);
    }),
    handle(REMOTE_PROC_STORAGE_VOL_UPLOAD, ({ vol, offset, length, flags }, call) => {
      const { volume } = shed.volume(vol);
      call.openStream(upload(volume, { offset, length, sparse: (flags & SPARSE) !== 0 }, shed));
    }),
    handle(REMOTE_PROC_STORAGE_VOL_DOWNLOAD, ({ vol, offset, length, flags }, call) => {
      const { volume } = shed.volume(vol);
      call.openStream(download(volume, { offset, length, sparse: (flags & SPARSE) !== 0 }));
    }),
  ];
}

function infoOf({ type, capacity, allocation }: TestVolume): {
  readonly type: number;
  readonly capacity: bigint;
  readonly allocation: bigint;
} {
  return { type, capacity, allocation };
}
