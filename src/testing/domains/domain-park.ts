import {
  DomainEventStoppedDetailType,
  DomainEventType,
  DomainShutoffReason,
  ErrorDomain,
  ErrorNumber,
} from "../../protocol/generated/constants/index.js";
import type { RemoteNonnullDomain } from "../../protocol/generated/remote/index.js";
import type { EventBoard } from "../event-board.js";
import { ObjectTable } from "../object-table.js";
import { refuse } from "../refuse.js";
import type { XmlElement } from "../xml/index.js";
import { TestDomain } from "./domain.js";
import { DomainEvents } from "./domain-events.js";

/** All domains of a hypervisor, and what every procedure about them needs. */
export class DomainPark implements Iterable<TestDomain> {
  readonly events: DomainEvents;
  private readonly table = new ObjectTable<TestDomain>();
  private readonly byId = new Map<number, TestDomain>();
  private nextId = 1;

  constructor(board: EventBoard) {
    this.events = new DomainEvents(board);
  }

  [Symbol.iterator](): IterableIterator<TestDomain> {
    return this.table[Symbol.iterator]();
  }

  /** The domain that a client means. @throws Refusal if there is none. */
  get({ uuid, name }: RemoteNonnullDomain): TestDomain {
    const domain = this.table.withUuid(uuid);
    if (domain !== undefined) return domain;
    throw refuse(ErrorNumber.NO_DOMAIN, ErrorDomain.TEST, `no domain with matching uuid '${uuid}' (${name})`);
  }

  /** The domain that a client means, which must be running. */
  active(handle: RemoteNonnullDomain): TestDomain {
    const domain = this.get(handle);
    domain.requireActive();
    return domain;
  }

  named(name: string): TestDomain | undefined {
    return this.table.named(name);
  }

  withUuid(uuid: string): TestDomain | undefined {
    return this.table.withUuid(uuid);
  }

  withId(id: number): TestDomain | undefined {
    return this.byId.get(id);
  }

  /** The domain that this document is about, if it is there. @throws Refusal if name and UUID are of different ones. */
  match(config: XmlElement): TestDomain | undefined {
    const name = config.textOf("name") ?? "";
    const uuid = config.textOf("uuid") ?? "";
    const same = this.table.withUuid(uuid);
    if (same !== undefined && same.name !== name) {
      const detail = `domain '${same.name}' is already defined with uuid ${uuid}`;
      throw refuse(ErrorNumber.OPERATION_FAILED, ErrorDomain.DOMAIN, detail);
    }
    const other = this.table.named(name);
    if (other !== undefined && same === undefined) {
      const detail = `domain '${name}' already exists with uuid ${other.uuid}`;
      throw refuse(ErrorNumber.OPERATION_FAILED, ErrorDomain.DOMAIN, detail);
    }
    return same;
  }

  add(config: XmlElement): TestDomain {
    const domain = new TestDomain(config);
    this.table.add(domain);
    return domain;
  }

  remove(domain: TestDomain): void {
    this.table.delete(domain);
  }

  rename(domain: TestDomain, name: string): void {
    this.table.rename(domain, () => {
      domain.config.ensure("name").text = name;
    });
  }

  /** Has it run; the caller tells why. */
  start(domain: TestDomain, reason: number): void {
    domain.begin(this.nextId++, reason);
    this.byId.set(domain.id, domain);
  }

  /** Has it run no more, tells of it, and forgets one that was not to stay. */
  stop(domain: TestDomain, reason: number, detail: number): void {
    this.byId.delete(domain.id);
    domain.end(reason);
    this.events.lifecycle(domain, DomainEventType.STOPPED, detail);
    if (!domain.persistent) this.remove(domain);
  }

  /** What happens when a guest has gone through its shutdown. */
  shutDown(domain: TestDomain): void {
    this.stop(domain, DomainShutoffReason.SHUTDOWN, DomainEventStoppedDetailType.SHUTDOWN);
  }
}
