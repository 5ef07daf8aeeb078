import { DomainEventID, DomainEventType } from "../../protocol/generated/constants/index.js";
import {
  REMOTE_PROC_DOMAIN_EVENT_CALLBACK_LIFECYCLE,
  REMOTE_PROC_DOMAIN_EVENT_CALLBACK_METADATA_CHANGE,
  REMOTE_PROC_DOMAIN_EVENT_CALLBACK_TUNABLE,
  REMOTE_PROC_DOMAIN_EVENT_LIFECYCLE,
  type RemoteTypedParam,
} from "../../protocol/generated/remote/index.js";
import type { EventBoard } from "../event-board.js";
import type { TestDomain } from "./domain.js";

/** Tells clients what happens to domains. */
export class DomainEvents {
  private readonly board: EventBoard;

  constructor(board: EventBoard) {
    this.board = board;
  }

  /** `event` is a virDomainEventType, `detail` one of the details of that type. */
  lifecycle(domain: TestDomain, event: number, detail: number): void {
    // A domain that has just begun to stop is told of without its number, as libvirt does it.
    const stopped = event === DomainEventType.STOPPED || event === DomainEventType.UNDEFINED;
    const msg = { dom: stopped ? { ...domain.handle, id: -1 } : domain.handle, event, detail };
    this.board.tell({
      subject: "domain",
      event: DomainEventID.LIFECYCLE,
      object: domain.uuid,
      procedure: REMOTE_PROC_DOMAIN_EVENT_CALLBACK_LIFECYCLE,
      message: (callbackID) => ({ callbackID, msg }),
      old: { procedure: REMOTE_PROC_DOMAIN_EVENT_LIFECYCLE, message: msg },
    });
  }

  metadataChange({ uuid, handle: dom }: TestDomain, type: number, nsuri: string | undefined): void {
    this.board.tell({
      subject: "domain",
      event: DomainEventID.METADATA_CHANGE,
      object: uuid,
      procedure: REMOTE_PROC_DOMAIN_EVENT_CALLBACK_METADATA_CHANGE,
      message: (callbackID) => ({ callbackID, dom, type, nsuri }),
    });
  }

  tunable({ uuid, handle: dom }: TestDomain, params: readonly RemoteTypedParam[]): void {
    this.board.tell({
      subject: "domain",
      event: DomainEventID.TUNABLE,
      object: uuid,
      procedure: REMOTE_PROC_DOMAIN_EVENT_CALLBACK_TUNABLE,
      message: (callbackID) => ({ callbackID, dom, params }),
    });
  }
}
