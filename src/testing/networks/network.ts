import { ErrorDomain, ErrorNumber } from "../../protocol/generated/constants/index.js";
import type { RemoteNonnullNetwork } from "../../protocol/generated/remote/index.js";
import type { Startable } from "../filters.js";
import type { Named } from "../object-table.js";
import { refuse } from "../refuse.js";
import type { XmlElement } from "../xml/index.js";

/** Which of a network's documents a change is about. */
export const AFFECT = { LIVE: 1, CONFIG: 2 } as const;

/** A virtual network. */
export class TestNetwork implements Named, Startable {
  readonly uuid: string;
  config: XmlElement;
  live: XmlElement | undefined;
  persistent = false;
  autostart = false;

  constructor(config: XmlElement) {
    this.config = config;
    this.uuid = config.textOf("uuid") ?? "";
  }

  get name(): string {
    return this.config.textOf("name") ?? "";
  }

  get active(): boolean {
    return this.live !== undefined;
  }

  get current(): XmlElement {
    return this.live ?? this.config;
  }

  get handle(): RemoteNonnullNetwork {
    return { name: this.name, uuid: this.uuid };
  }

  /** The documents that a change with these flags is about. @throws Refusal if there is none. */
  affected(flags: number): readonly XmlElement[] {
    const named = flags & (AFFECT.LIVE | AFFECT.CONFIG);
    const which = named === 0 ? (this.active ? AFFECT.LIVE : AFFECT.CONFIG) : named;
    const no = (detail: string): Error => refuse(ErrorNumber.OPERATION_INVALID, ErrorDomain.NETWORK, detail);
    const documents: XmlElement[] = [];
    if ((which & AFFECT.LIVE) !== 0) {
      if (!this.active) throw no("network is not running");
      documents.push(this.current);
    }
    if ((which & AFFECT.CONFIG) !== 0) {
      if (!this.persistent) throw no("cannot change persistent config of a transient network");
      documents.push(this.config);
    }
    return documents;
  }

  /** Changes the documents that these flags mean, all or none. */
  change(flags: number, change: (document: XmlElement) => void): void {
    const documents = this.affected(flags);
    const changed = new Map(documents.map((document) => [document, document.clone()]));
    for (const copy of changed.values()) change(copy);
    this.live = this.live && (changed.get(this.live) ?? this.live);
    this.config = changed.get(this.config) ?? this.config;
  }
}
