import {
  type Domain,
  type DomainCheckpoint,
  type DomainSnapshot,
  type Interface,
  isLibvirtError,
  type Network,
  type NodeDevice,
  type NWFilter,
  type Secret,
  type StoragePool,
  type StorageVol,
} from "../index.js";
import type { Arguments } from "./arguments.js";
import { CommandError } from "./command-error.js";
import type { Context } from "./context.js";

const UUID = /^[\da-f]{8}-?(?:[\da-f]{4}-?){3}[\da-f]{12}$/i;

/** Tries one way after the other to find an object; what is not there is no error until the last. */
async function first<T>(ways: readonly (() => Promise<T>)[]): Promise<T> {
  let missing: unknown;
  for (const way of ways) {
    try {
      return await way();
    } catch (error) {
      if (!isNotFound(error)) throw error;
      missing = error;
    }
  }
  throw missing;
}

function isNotFound(error: unknown): boolean {
  return isLibvirtError(error) && error.code.startsWith("NO_") && error.code !== "NO_SUPPORT";
}

/** Finds a domain by number, UUID or name, in this order. */
export async function findDomain(context: Context, args: Arguments, option = "domain"): Promise<Domain> {
  const conn = await context.connection();
  const wanted = args.text(option);
  const ways = [
    ...(/^\d+$/.test(wanted) ? [() => conn.domainLookupByID(Number(wanted))] : []),
    ...(UUID.test(wanted) ? [() => conn.domainLookupByUUID(wanted)] : []),
    () => conn.domainLookupByName(wanted),
  ];
  try {
    return await first(ways);
  } catch (error) {
    // virsh says no more than this of a domain that is not there.
    if (isNotFound(error))
      throw new CommandError(`failed to get domain '${wanted}'`, undefined, { cause: error });
    throw new CommandError(`failed to get domain '${wanted}'`, error);
  }
}

async function named<T>(
  what: string,
  wanted: string,
  byUuid: (uuid: string) => Promise<T>,
  byName: (name: string) => Promise<T>,
): Promise<T> {
  try {
    return await first([...(UUID.test(wanted) ? [() => byUuid(wanted)] : []), () => byName(wanted)]);
  } catch (error) {
    throw new CommandError(`failed to get ${what} '${wanted}'`, error);
  }
}

export async function findNetwork(context: Context, args: Arguments): Promise<Network> {
  const conn = await context.connection();
  return await named(
    "network",
    args.text("network"),
    (uuid) => conn.networkLookupByUUID(uuid),
    (name) => conn.networkLookupByName(name),
  );
}

export async function findPool(context: Context, wanted: string): Promise<StoragePool> {
  const conn = await context.connection();
  return await named(
    "pool",
    wanted,
    (uuid) => conn.storagePoolLookupByUUID(uuid),
    (name) => conn.storagePoolLookupByName(name),
  );
}

/**
 * Finds a volume by name in the pool that is named, or by key or path anywhere.
 *
 * `poolOption` is empty for commands that take no pool.
 */
export async function findVolume(
  context: Context,
  args: Arguments,
  option = "vol",
  poolOption = "pool",
): Promise<StorageVol> {
  const conn = await context.connection();
  const wanted = args.text(option);
  const poolName = poolOption === "" ? undefined : args.optional(poolOption);
  const pool = poolName === undefined ? undefined : await findPool(context, poolName);
  try {
    return await first<StorageVol>([
      ...(pool === undefined ? [] : [() => pool.storageVolLookupByName(wanted)]),
      () => conn.storageVolLookupByKey(wanted),
      () => conn.storageVolLookupByPath(wanted),
    ]);
  } catch (error) {
    // What is called by its name is found only in a pool that is told.
    const help = pool === undefined && poolOption !== "" ? `, specifying --${poolOption} might help` : "";
    throw new CommandError(`failed to get vol '${wanted}'${help}`, error);
  }
}

/** The snapshot that is named, or with `--current` the one that the domain goes on from. */
export async function findSnapshot(
  context: Context,
  args: Arguments,
): Promise<{ readonly domain: Domain; readonly snapshot: DomainSnapshot }> {
  const domain = await findDomain(context, args);
  const name = args.optional("snapshotname");
  if (name !== undefined) return { domain, snapshot: await domain.snapshotLookupByName(name) };
  if (args.flag("current")) return { domain, snapshot: await domain.snapshotCurrent() };
  throw new CommandError("--snapshotname or --current is required");
}

/** Finds an interface of the host by its name or its hardware address. */
export async function findInterface(context: Context, args: Arguments): Promise<Interface> {
  const conn = await context.connection();
  const wanted = args.text("interface");
  try {
    return await conn.interfaceLookupByName(wanted);
  } catch (error) {
    const byAddress = await conn.interfaceLookupByMACString(wanted).catch(() => undefined);
    if (byAddress !== undefined) return byAddress;
    throw new CommandError(`failed to get interface '${wanted}'`, error);
  }
}

export async function findFilter(context: Context, args: Arguments): Promise<NWFilter> {
  const conn = await context.connection();
  return await named(
    "nwfilter",
    args.text("nwfilter"),
    (uuid) => conn.nwFilterLookupByUUID(uuid),
    (name) => conn.nwFilterLookupByName(name),
  );
}

export async function findCheckpoint(
  context: Context,
  args: Arguments,
): Promise<{ readonly domain: Domain; readonly checkpoint: DomainCheckpoint }> {
  const domain = await findDomain(context, args);
  const name = args.optional("checkpointname");
  if (name === undefined) throw new CommandError("--checkpointname is required");
  return { domain, checkpoint: await domain.checkpointLookupByName(name) };
}

export async function findSecret(context: Context, args: Arguments): Promise<Secret> {
  const conn = await context.connection();
  const wanted = args.text("secret");
  try {
    return await conn.secretLookupByUUID(wanted);
  } catch (error) {
    throw new CommandError(`failed to get secret '${wanted}'`, error);
  }
}

export async function findNodeDevice(context: Context, args: Arguments): Promise<NodeDevice> {
  const conn = await context.connection();
  const wanted = args.text("device");
  try {
    return await conn.nodeDeviceLookupByName(wanted);
  } catch (error) {
    throw new CommandError(`Could not find matching device '${wanted}'`, error);
  }
}

/** Reads a document from the file that an option names. */
export async function readDocument(args: Arguments, option = "file"): Promise<string> {
  const path = args.text(option);
  try {
    return await (await import("node:fs/promises")).readFile(path, "utf8");
  } catch (error) {
    const { code } = error as { code?: string };
    const why = code === "ENOENT" ? "No such file or directory" : String(code);
    throw new CommandError(`Failed to open file '${path}': ${why}`, undefined, { cause: error });
  }
}
