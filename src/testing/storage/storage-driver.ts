import type { EventBoard } from "../event-board.js";
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
  seed(xml: string, { running = true }: { readonly running?: boolean } = {}): TestPool {
    const { pool } = this.shed.put(readPool(xml));
    pool.persistent = true;
    pool.active = running;
    return pool;
  }

  /** Puts an empty volume into a pool. */
  seedVolume(pool: TestPool, xml: string): TestVolume {
    const volume = new TestVolume(pool.name, readVolume(xml, pool));
    pool.volumes.add(volume);
    return volume;
  }
}
