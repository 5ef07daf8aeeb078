import type { FileHandle } from "node:fs/promises";
import type { Readable } from "node:stream";
import type { RemoteNonnullStorageVol } from "../protocol/generated/remote/index.js";
import { StorageVolBase } from "./generated/storage-vol-base.js";
import type { HandleFactories } from "./handle-factories.js";
import type { Session } from "./session.js";
import type { TransferOptions } from "./streams/index.js";
import type { UploadSource } from "./streams/source.js";
import type { Segment } from "./streams/zeros.js";

/** A storage volume: a disk image, a partition, a logical volume. */
export class StorageVol extends StorageVolBase {
  /** Name of the pool that the volume is in. */
  readonly pool: string;
  /** Unique in its pool. */
  readonly name: string;
  /** Unique on the host, and usually the path. */
  readonly key: string;

  /** @internal Objects come from lookups and lists. */
  constructor(session: Session<HandleFactories>, wire: RemoteNonnullStorageVol) {
    super(session);
    this.pool = wire.pool;
    this.name = wire.name;
    this.key = wire.key;
  }

  /**
   * The volume's bytes, as a Node stream that is as fast as it is read. Holes are zeros in it; with `sparse` they do not
   * travel. It ends when the daemon has confirmed the end; `destroy()` breaks the download off.
   *
   * Stands for virStorageVolDownload.
   * @see https://libvirt.org/html/libvirt-libvirt-storage.html#virStorageVolDownload
   */
  async download(options: TransferOptions = {}): Promise<Readable> {
    return (await import("./streams/index.js")).downloadVolume(this.session, this.wire, options);
  }

  /**
   * As `download`, piece by piece, holes as such: `{ data }` or `{ hole }`, the latter only with `sparse`. Leaving the
   * loop breaks the download off.
   */
  async downloadSegments(options: TransferOptions = {}): Promise<AsyncIterableIterator<Segment>> {
    return await (await import("./streams/index.js")).downloadSegments(this.session, this.wire, options);
  }

  /**
   * Writes the volume to a file of this machine, given by path or handle. Its holes become holes of the file. Resolves
   * when everything is written and the daemon has confirmed the end.
   */
  async downloadTo(target: string | FileHandle, options: TransferOptions = {}): Promise<void> {
    const { downloadToFile } = await import("./streams/index.js");
    await downloadToFile(this.session, this.wire, target, { sparse: true, ...options });
  }

  /**
   * Writes a file (by path or handle), bytes, a `Blob`, a Node or web stream, or anything iterable, to the volume.
   * Resolves when the daemon has confirmed that it has everything. With `sparse`, runs of zeros of 64 KiB and more do
   * not travel and become holes. A source that has fewer or more bytes than `length`, or than a file's size, rejects with
   * a `StreamError`. Chunks must not be changed until then.
   *
   * Stands for virStorageVolUpload.
   * @see https://libvirt.org/html/libvirt-libvirt-storage.html#virStorageVolUpload
   */
  async upload(source: UploadSource, options: TransferOptions = {}): Promise<void> {
    await (await import("./streams/index.js")).uploadVolume(this.session, this.wire, source, options);
  }

  /** @internal */
  get wire(): RemoteNonnullStorageVol {
    return { pool: this.pool, name: this.name, key: this.key };
  }
}
