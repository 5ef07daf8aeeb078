import {
  DomainRunningReason,
  DomainShutoffReason,
  DomainState,
  ErrorDomain,
  ErrorNumber,
} from "../../protocol/generated/constants/index.js";
import type { RemoteNonnullDomain } from "../../protocol/generated/remote/index.js";
import type { Named } from "../object-table.js";
import { refuse } from "../refuse.js";
import type { XmlElement } from "../xml/index.js";

/** What a change is about: `VIR_DOMAIN_AFFECT_LIVE` and `..._CONFIG`; neither means whichever applies now. */
export const AFFECT = { LIVE: 1, CONFIG: 2 } as const;

/** A domain: what it is defined as, and what is going on with it. */
export class TestDomain implements Named {
  readonly uuid: string;
  /** -1 while it is not running. */
  id = -1;
  state: number = DomainState.SHUTOFF;
  reason: number = DomainShutoffReason.UNKNOWN;
  /** How it starts the next time. */
  config: XmlElement;
  /** How it runs at the moment, if it does. */
  live: XmlElement | undefined;
  persistent = false;
  autostart = false;
  /** Its document as it was when its state was put away. */
  managedSave: XmlElement | undefined;

  constructor(config: XmlElement) {
    this.config = config;
    this.uuid = config.textOf("uuid") ?? "";
  }

  get name(): string {
    return this.config.textOf("name") ?? "";
  }

  get active(): boolean {
    return this.id >= 0;
  }

  /** The document that counts at the moment. */
  get current(): XmlElement {
    return this.live ?? this.config;
  }

  /** What travels of it. */
  get handle(): RemoteNonnullDomain {
    return { name: this.name, uuid: this.uuid, id: this.id };
  }

  begin(id: number, reason: number): void {
    this.id = id;
    this.state = DomainState.RUNNING;
    this.reason = reason;
    this.live = this.config.clone();
  }

  end(reason: number): void {
    this.id = -1;
    this.state = DomainState.SHUTOFF;
    this.reason = reason;
    this.live = undefined;
  }

  pause(reason: number): void {
    this.state = DomainState.PAUSED;
    this.reason = reason;
  }

  resume(reason: number = DomainRunningReason.UNPAUSED): void {
    this.state = DomainState.RUNNING;
    this.reason = reason;
  }

  /** @throws Refusal unless it runs. */
  requireActive(): void {
    if (this.active) return;
    throw refuse(ErrorNumber.OPERATION_INVALID, ErrorDomain.DOMAIN, "domain is not running");
  }

  /** The documents that a change with these flags is about. @throws Refusal if there is none. */
  affected(flags: number): readonly XmlElement[] {
    const named = flags & (AFFECT.LIVE | AFFECT.CONFIG);
    const which = named === 0 ? (this.active ? AFFECT.LIVE : AFFECT.CONFIG) : named;
    const documents: XmlElement[] = [];
    if ((which & AFFECT.LIVE) !== 0) {
      this.requireActive();
      documents.push(this.current);
    }
    if ((which & AFFECT.CONFIG) !== 0) {
      if (!this.persistent) {
        const detail = "transient domains do not have any persistent config";
        throw refuse(ErrorNumber.OPERATION_INVALID, ErrorDomain.DOMAIN, detail);
      }
      documents.push(this.config);
    }
    return documents;
  }

  /** The one document that a question with these flags is about. */
  asked(flags: number): XmlElement {
    return this.affected(flags)[0] as XmlElement;
  }

  /** Its document, as a client asks for it. */
  describe({ inactive = false, secure = false }: { inactive?: boolean; secure?: boolean } = {}): string {
    const document = (inactive ? this.config : this.current).clone();
    if (this.active && !inactive) document.set("id", this.id);
    if (!secure) hideSecrets(document);
    return document.sort(["type", "id"]).format();
  }
}

/** Passwords are only shown to those who ask for them. */
function hideSecrets(document: XmlElement): void {
  for (const graphics of document.find("devices")?.elements("graphics") ?? [])
    graphics.set("passwd", undefined);
}
