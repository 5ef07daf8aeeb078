import {
  DomainSnapshotCreateFlags as Create,
  DomainEventStartedDetailType,
  DomainEventStoppedDetailType,
  DomainEventSuspendedDetailType,
  DomainEventType,
  DomainPausedReason,
  DomainRunningReason,
  DomainShutoffReason,
  DomainState,
  ErrorDomain,
  ErrorNumber,
  DomainSnapshotListFlags as Filter,
} from "../../protocol/generated/constants/index.js";
import type { RemoteNonnullDomainSnapshot } from "../../protocol/generated/remote/index.js";
import type { DomainPark, TestDomain } from "../domains/index.js";
import { checkFlags, refuse } from "../refuse.js";
import { XmlElement } from "../xml/index.js";
import { type MomentFacts, momentDisks, momentElement, readMoment } from "./moment-document.js";
import { listMoments } from "./moment-lists.js";
import { type Moment, MomentTree } from "./moment-tree.js";

/** A domain's state as it was at a time. */
export interface Snapshot extends Moment {
  readonly facts: MomentFacts;
  /** `running`, `paused` or `shutoff`. */
  readonly state: string;
  /** The domain's document at that time. */
  readonly document: XmlElement;
}

const STATES: Readonly<Record<number, string>> = {
  [DomainState.RUNNING]: "running",
  [DomainState.PAUSED]: "paused",
};
const CREATE_KNOWN =
  Create.REDEFINE | Create.CURRENT | Create.HALT | Create.QUIESCE | Create.ATOMIC | Create.VALIDATE;
const REVERT = { RUNNING: 1, PAUSED: 2 } as const;

/** The snapshots of all domains. */
export class SnapshotStore {
  private readonly park: DomainPark;
  private readonly trees = new WeakMap<TestDomain, MomentTree<Snapshot>>();

  constructor(park: DomainPark) {
    this.park = park;
  }

  tree(domain: TestDomain): MomentTree<Snapshot> {
    const tree = this.trees.get(domain) ?? new MomentTree<Snapshot>();
    this.trees.set(domain, tree);
    return tree;
  }

  get(domain: TestDomain, name: string): Snapshot {
    const snapshot = this.tree(domain).get(name);
    if (snapshot !== undefined) return snapshot;
    throw missing(`no domain snapshot with matching name '${name}'`);
  }

  /** The snapshot that a client means, and its domain. */
  find({ name, dom }: RemoteNonnullDomainSnapshot): {
    readonly domain: TestDomain;
    readonly tree: MomentTree<Snapshot>;
    readonly snapshot: Snapshot;
  } {
    const domain = this.park.get(dom);
    return { domain, tree: this.tree(domain), snapshot: this.get(domain, name) };
  }

  create(domain: TestDomain, xml: string, flags: number): Snapshot {
    checkFlags(flags, CREATE_KNOWN, "testDomainSnapshotCreateXML");
    const kept = (flags & Create.REDEFINE) !== 0;
    const facts = readMoment(xml, "domainsnapshot", ErrorDomain.DOMAIN_SNAPSHOT, kept);
    const tree = this.tree(domain);
    if (!kept && tree.get(facts.name) !== undefined) {
      const detail = `domain moment ${facts.name} already exists`;
      throw refuse(ErrorNumber.OPERATION_FAILED, ErrorDomain.DOMAIN, detail);
    }
    const snapshot: Snapshot = kept
      ? {
          name: facts.name,
          parent: facts.parent,
          facts,
          state: facts.document.textOf("state") ?? "shutoff",
          document: facts.document.find("domain")?.clone() ?? domain.config.clone(),
        }
      : {
          name: facts.name,
          parent: tree.current?.name,
          facts,
          state: STATES[domain.state] ?? "shutoff",
          document: domain.current.clone(),
        };
    tree.set(snapshot);
    if (!kept || (flags & Create.CURRENT) !== 0) tree.current = snapshot;
    if (!kept && (flags & Create.HALT) !== 0 && domain.active) this.stop(domain);
    return snapshot;
  }

  describe(snapshot: Snapshot, parent: string | undefined): string {
    const element = momentElement("domainsnapshot", snapshot.facts, parent, snapshot.state);
    const kind = snapshot.state === "shutoff" ? "no" : "internal";
    const disks = momentDisks(snapshot.document).map(
      ({ name, kept }) => new XmlElement("disk", { name, snapshot: kept ? "internal" : "no" }),
    );
    element.append(new XmlElement("memory", { snapshot: kind }));
    if (disks.length > 0) element.append(new XmlElement("disks", {}, disks));
    return element.append(snapshot.document.clone()).format();
  }

  /** Brings a domain back to what it was. */
  revert(domain: TestDomain, snapshot: Snapshot, flags: number): void {
    const tree = this.tree(domain);
    const paused =
      (flags & REVERT.PAUSED) !== 0 || (snapshot.state === "paused" && (flags & REVERT.RUNNING) === 0);
    const running = paused || snapshot.state === "running" || (flags & REVERT.RUNNING) !== 0;
    if (domain.active) this.stop(domain);
    domain.config = snapshot.document.clone();
    domain.reason = DomainShutoffReason.FROM_SNAPSHOT;
    tree.current = snapshot;
    if (!running) return;
    const { events } = this.park;
    this.park.start(domain, DomainRunningReason.FROM_SNAPSHOT);
    events.lifecycle(domain, DomainEventType.STARTED, DomainEventStartedDetailType.FROM_SNAPSHOT);
    if (!paused) return;
    domain.pause(DomainPausedReason.FROM_SNAPSHOT);
    events.lifecycle(domain, DomainEventType.SUSPENDED, DomainEventSuspendedDetailType.FROM_SNAPSHOT);
  }

  list(domain: TestDomain, from: Snapshot | undefined, flags: number): Snapshot[] {
    const listed = listMoments(this.tree(domain), from, flags, Filter);
    const inactive = (snapshot: Snapshot): boolean => snapshot.state === "shutoff";
    const kinds = [
      { bits: [Filter.METADATA, Filter.NO_METADATA], first: () => true },
      { bits: [Filter.INACTIVE, Filter.ACTIVE], first: inactive },
      { bits: [Filter.INTERNAL, Filter.EXTERNAL], first: () => true },
    ] as const;
    const states = flags & (Filter.INACTIVE | Filter.ACTIVE | Filter.DISK_ONLY);
    if (states === Filter.DISK_ONLY) return [];
    return listed.filter((snapshot) =>
      kinds.every(({ bits: [yes, no], first }) => {
        const asked = flags & (yes | no);
        return asked === 0 || asked === (yes | no) || first(snapshot) === (asked === yes);
      }),
    );
  }

  private stop(domain: TestDomain): void {
    this.park.stop(domain, DomainShutoffReason.FROM_SNAPSHOT, DomainEventStoppedDetailType.FROM_SNAPSHOT);
  }
}

export function missing(detail: string): Error {
  return refuse(ErrorNumber.NO_DOMAIN_SNAPSHOT, ErrorDomain.TEST, detail);
}
