import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type StorageVol } from "../src/index.js";
import { startLibvirtd } from "../test/support/libvirtd.js";
import { BareStream } from "./bare-stream.js";
import { type Contestant, type Duel, duel, FLOOR, measured, OURS } from "./duel.js";
import { effort } from "./effort.js";
import { timed } from "./peer-process.js";

const MIB = 1024 * 1024;
export const VIRSH = "virsh";
/** A sparse volume has this much data in each stretch, and nothing else. */
const [ISLAND, STRETCH] = [MIB, 16 * MIB];
const block = randomBytes(MIB);

interface Place {
  readonly uri: string;
  readonly socket: string;
  /** Of the volumes. */
  readonly pool: string;
  readonly target: string;
  readonly bytes: number;
}

/** Volumes on their way, beside virsh and a socket that does nothing but copy. All files are in memory. */
export async function streams(): Promise<readonly Duel[]> {
  const daemon = await startLibvirtd();
  const dir = await mkdtemp(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "bench-"));
  const bytes = effort.mebibytes * MIB;
  const place = {
    uri: daemon.uri("qemu"),
    socket: daemon.socket,
    pool: dir,
    target: join(dir, "copy"),
    bytes,
  };
  try {
    await fill(join(dir, "dense"), bytes, MIB);
    await fill(join(dir, "sparse"), bytes, STRETCH);
    await fill(join(dir, "taken"), bytes, bytes);
    await using conn = await connect(place.uri);
    const xml = `<pool type="dir"><name>bench</name><target><path>${dir}</path></target></pool>`;
    const pool = await conn.storagePoolCreateXML(xml);
    const [dense, sparse, taken] = await Promise.all(
      ["dense", "sparse", "taken"].map((name) => pool.storageVolLookupByName(name)),
    );
    if (dense === undefined || sparse === undefined || taken === undefined) throw new Error("no volumes");
    return [...(await downloads(place, dense, sparse)), ...(await uploads(place, taken))];
  } finally {
    await daemon.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

async function downloads(place: Place, dense: StorageVol, sparse: StorageVol): Promise<Duel[]> {
  const { bytes, target } = place;
  const size = `${effort.mebibytes} MiB`;
  const bare = await BareStream.open(place.socket);
  const once = { bytes };
  const ours = (work: () => Promise<void>): Contestant => ({ name: OURS, run: () => measured(work) });
  const theirs = (...args: readonly string[]): Contestant => virsh(place, "vol-download", ...args);
  try {
    return [
      await duel(
        `download ${size}, to nowhere`,
        1,
        [
          { name: FLOOR, run: () => measured(() => bare.download(dense.wire)) },
          ours(async () => {
            let left = bytes;
            for await (const chunk of await dense.download()) left -= (chunk as Uint8Array).length;
            if (left !== 0) throw new Error(`${left} bytes are missing`);
          }),
        ],
        once,
      ),
      await duel(
        `download ${size}, to a file`,
        1,
        [ours(() => dense.downloadTo(target, { sparse: false })), theirs("dense", target)],
        once,
      ),
      await duel(
        `download ${size}, sparse, to a file`,
        1,
        [ours(() => sparse.downloadTo(target)), theirs("--sparse", "sparse", target)],
        once,
      ),
    ];
  } finally {
    bare.close();
  }
}

async function uploads(place: Place, taken: StorageVol): Promise<Duel[]> {
  const { bytes, pool } = place;
  const size = `${effort.mebibytes} MiB`;
  const bare = await BareStream.open(place.socket);
  const once = { bytes };
  const ours = (work: () => Promise<void>): Contestant => ({ name: OURS, run: () => measured(work) });
  const theirs = (...args: readonly string[]): Contestant => virsh(place, "vol-upload", ...args);
  const [dense, sparse] = [join(pool, "dense"), join(pool, "sparse")];
  try {
    return [
      await duel(
        `upload ${size}, from memory`,
        1,
        [
          { name: FLOOR, run: () => measured(() => bare.upload(taken.wire, block, bytes / MIB)) },
          ours(() => taken.upload(blocks(bytes / MIB), { length: BigInt(bytes) })),
        ],
        once,
      ),
      await duel(
        `upload ${size}, from a file`,
        1,
        [ours(() => taken.upload(dense)), theirs("taken", dense)],
        once,
      ),
      await duel(
        `upload ${size}, sparse, from a file`,
        1,
        [ours(() => taken.upload(sparse, { sparse: true })), theirs("--sparse", "taken", sparse)],
        once,
      ),
    ];
  } finally {
    bare.close();
  }
}

function* blocks(count: number): Generator<Uint8Array> {
  for (let i = 0; i < count; i++) yield block;
}

function virsh({ uri }: Place, command: string, ...args: readonly string[]): Contestant {
  return { name: VIRSH, run: () => timed(["virsh", "-q", "-c", uri, command, "--pool", "bench", ...args]) };
}

/** A file of random bytes, as much of them at the beginning of each stretch as {@link ISLAND} says. */
async function fill(path: string, bytes: number, stretch: number): Promise<void> {
  const file = await open(path, "w");
  try {
    for (let at = 0; at < bytes; at += stretch) await file.write(block, 0, ISLAND, at);
    await file.truncate(bytes);
  } finally {
    await file.close();
  }
}
