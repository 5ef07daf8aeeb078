import type { DomainHistory, DomainPark, TestDomain } from "../domains/index.js";
import type { TestRoute } from "../session.js";
import { CheckpointStore } from "./checkpoints.js";
import { snapshotRoutes } from "./snapshot-routes.js";
import { SnapshotStore } from "./snapshots.js";

/** Snapshots and checkpoints, of which a domain has one kind at a time. */
export class MomentDriver implements DomainHistory {
  readonly routes: readonly TestRoute[];
  private readonly snapshots: SnapshotStore;
  private readonly checkpoints: CheckpointStore;

  constructor(park: DomainPark) {
    this.snapshots = new SnapshotStore(park);
    this.checkpoints = new CheckpointStore(park);
    this.routes = [
      ...snapshotRoutes(park, this.snapshots, (domain) => this.checkpointCount(domain) > 0),
      ...this.checkpoints.routes((domain) => this.snapshotCount(domain) > 0),
    ];
  }

  snapshotCount(domain: TestDomain): number {
    return this.snapshots.tree(domain).size;
  }

  checkpointCount(domain: TestDomain): number {
    return this.checkpoints.tree(domain).size;
  }
}
