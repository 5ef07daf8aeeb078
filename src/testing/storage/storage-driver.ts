import type { EventBoard } from "../event-board.js";
import type { StartableSeed } from "../filters.js";
import type { TestRoute } from "../session.js";
import type { TestPool } from "./pool.js";
import { readPool } from "./pool-document.js";
import { poolLifeRoutes, poolLookupRoutes } from "./pool-routes.js";
import { PoolShed } from "./pool-shed.js";
import { TestVolume } from "./volume.js";
import { readVolume } from "./volume-document.js";
import { volumeRoutes } from "./volume-routes.js";

/** The one pool of `test:///default`, as libvirt has it. */
export const DEFAULT_POOL = `
<pool type="dir">
  <name>default-pool</name>
  <uuid>dfe224cb-28fb-8dd0-c4b2-64eb3f0f4566</uuid>
  <target><path>/default-pool</path></target>
</pool>`;

/** Bytes of a volume, and where they are. */
export interface VolumePiece {
  readonly at: bigint;
  readonly bytes: Uint8Array;
}

/** A storage pool with its volumes, as it is from the beginning. */
export interface PoolSeed extends StartableSeed {
  readonly xml: string;
  readonly volumes?: readonly (string | { readonly xml: string; readonly data?: readonly VolumePiece[] })[];
}

function piecesOf({ bytes }: TestVolume): VolumePiece[] {
  const pieces: VolumePiece[] = [];
  let at = 0n;
  for (const extent of bytes.read(0n, bytes.size)) {
    if ("data" in extent) pieces.push({ at, bytes: extent.data });
    at += "data" in extent ? BigInt(extent.data.length) : extent.hole;
  }
  return pieces;
}

/** Storage pools and their volumes. */
export class StorageDriver {
  readonly routes: readonly TestRoute[];
  private readonly shed: PoolShed;

  /** `limit` is how many bytes all volumes may keep together. */
  constructor(board: EventBoard, limit: bigint) {
    this.shed = new PoolShed(board, limit);
    this.routes = [...poolLookupRoutes(this.shed), ...poolLifeRoutes(this.shed), ...volumeRoutes(this.shed)];
  }

  /** Puts a pool here, as if it had always been; an active one unless told otherwise. */
  seed(xml: string, { running = true, autostart = false }: StartableSeed = {}): TestPool {
    const { pool } = this.shed.put(readPool(xml));
    pool.autostart = autostart;
    pool.persistent = true;
    pool.active = running;
    return pool;
  }

  /** What {@link seed} and {@link seedVolume} would take to put the same here: passing pools do not last. */
  keep(): readonly PoolSeed[] {
    return Array.from(this.shed)
      .filter(({ persistent }) => persistent)
      .map(({ config, active, autostart, volumes }) => ({
        xml: config.format(),
        running: active,
        autostart,
        volumes: Array.from(volumes, (volume) => ({ xml: volume.describe(), data: piecesOf(volume) })),
      }));
  }

  /** Puts a volume into a pool, empty but for what it is given. */
  seedVolume(pool: TestPool, xml: string, data: readonly VolumePiece[] = []): TestVolume {
    const volume = new TestVolume(pool.name, readVolume(xml, pool));
    for (const { at, bytes } of data) volume.bytes.write(at, bytes);
    pool.volumes.add(volume);
    return volume;
  }
}
