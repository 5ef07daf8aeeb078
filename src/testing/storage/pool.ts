import { ErrorDomain, ErrorNumber, StoragePoolState } from "../../protocol/generated/constants/index.js";
import type { RemoteNonnullStoragePool } from "../../protocol/generated/remote/index.js";
import type { Startable } from "../filters.js";
import { type Named, ObjectTable } from "../object-table.js";
import { refuse } from "../refuse.js";
import { textElement, type XmlElement } from "../xml/index.js";
import type { TestVolume } from "./volume.js";

/** Bytes of every pool. */
const CAPACITY = 107_374_182_400n;

/** A place in which volumes are kept. */
export class TestPool implements Named, Startable {
  readonly uuid: string;
  readonly volumes: ObjectTable<TestVolume> = new ObjectTable();
  config: XmlElement;
  active = false;
  persistent = false;
  autostart = false;

  constructor(config: XmlElement) {
    this.config = config;
    this.uuid = config.textOf("uuid") ?? "";
  }

  get name(): string {
    return this.config.textOf("name") ?? "";
  }

  get type(): string {
    return this.config.get("type") ?? "";
  }

  /** Where its volumes are; empty for pools that are nowhere in the tree of files. */
  get path(): string {
    return this.config.textOf("target/path") ?? "";
  }

  get handle(): RemoteNonnullStoragePool {
    return { name: this.name, uuid: this.uuid };
  }

  get info(): {
    readonly state: number;
    readonly capacity: bigint;
    readonly allocation: bigint;
    readonly available: bigint;
  } {
    const allocation = Array.from(this.volumes).reduce((sum, volume) => sum + volume.allocation, 0n);
    const state = this.active ? StoragePoolState.RUNNING : StoragePoolState.INACTIVE;
    const available = allocation < CAPACITY ? CAPACITY - allocation : 0n;
    return { state, capacity: CAPACITY, allocation, available };
  }

  describe(): string {
    const { capacity, allocation, available } = this.info;
    const document = this.config.clone();
    document.append(
      textElement("capacity", capacity, { unit: "bytes" }),
      textElement("allocation", allocation, { unit: "bytes" }),
      textElement("available", available, { unit: "bytes" }),
    );
    const order = ["name", "uuid", "capacity", "allocation", "available", "features", "source", "target"];
    return document.sort([], order).format();
  }

  requireActive(): void {
    if (!this.active) throw not(`storage pool '${this.name}' is not active`);
  }

  requireInactive(): void {
    if (this.active) throw not(`storage pool '${this.name}' is active`);
  }
}

function not(detail: string): Error {
  return refuse(ErrorNumber.OPERATION_INVALID, ErrorDomain.TEST, detail);
}
