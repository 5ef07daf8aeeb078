import { StorageVolType } from "../../protocol/generated/constants/index.js";
import type { RemoteNonnullStorageVol } from "../../protocol/generated/remote/index.js";
import type { Named } from "../object-table.js";
import type { XmlElement } from "../xml/index.js";
import { SparseBytes } from "./sparse-bytes.js";

/** A volume, with all of its bytes. */
export class TestVolume implements Named {
  readonly pool: string;
  readonly name: string;
  readonly config: XmlElement;
  bytes: SparseBytes;

  constructor(pool: string, config: XmlElement, bytes?: SparseBytes) {
    this.pool = pool;
    this.config = config;
    this.name = config.textOf("name") ?? "";
    this.bytes = bytes ?? new SparseBytes(BigInt(config.textOf("capacity") ?? "0"));
  }

  get key(): string {
    return this.config.textOf("key") ?? "";
  }

  get path(): string {
    return this.config.textOf("target/path") ?? "";
  }

  get handle(): RemoteNonnullStorageVol {
    return { pool: this.pool, name: this.name, key: this.key };
  }

  get capacity(): bigint {
    return this.bytes.size;
  }

  /** As much as was asked for when it was made, or as there is by now. */
  get allocation(): bigint {
    const asked = BigInt(this.config.textOf("allocation") ?? "0");
    const { allocated } = this.bytes;
    return asked > allocated ? asked : allocated;
  }

  /** virStorageVolType */
  get type(): number {
    return this.config.get("type") === "block" ? StorageVolType.BLOCK : StorageVolType.FILE;
  }

  describe(): string {
    const document = this.config.clone();
    document.ensure("capacity").text = this.capacity;
    document.ensure("allocation").text = this.allocation;
    return document.format();
  }

  resize(capacity: bigint): void {
    this.bytes.resize(capacity);
    const allocation = this.config.ensure("allocation");
    if (BigInt(allocation.text) > capacity) allocation.text = capacity;
  }
}
