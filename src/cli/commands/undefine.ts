import { Type } from "@sinclair/typebox";
import {
  type Domain,
  isLibvirtError,
  type StorageVol,
  StorageVolDeleteFlags,
  DomainUndefineFlagsValues as Undefine,
} from "../../index.js";
import type { Arguments } from "../arguments.js";
import { type Command, command, data, flag } from "../command.js";
import { CommandError } from "../command-error.js";
import type { Context } from "../context.js";
import { type Disk, disksOf } from "../domain-document.js";
import { findDomain } from "../find.js";
import { UsageError } from "../usage-error.js";

const BITS: Readonly<Record<string, readonly [bit: number, help: string]>> = {
  "managed-save": [Undefine.MANAGED_SAVE, "remove its managed save image"],
  "snapshots-metadata": [Undefine.SNAPSHOTS_METADATA, "remove what is known of its snapshots"],
  "checkpoints-metadata": [Undefine.CHECKPOINTS_METADATA, "remove what is known of its checkpoints"],
  nvram: [Undefine.NVRAM, "remove its firmware's variables"],
  "keep-nvram": [Undefine.KEEP_NVRAM, "keep its firmware's variables"],
  tpm: [Undefine.TPM, "remove the state of its TPM"],
  "keep-tpm": [Undefine.KEEP_TPM, "keep the state of its TPM"],
};

interface Removed {
  readonly domain: string;
  readonly uuid: string;
  readonly volumes: readonly { readonly target: string; readonly source: string }[];
}

interface Doomed {
  readonly disk: Disk;
  readonly volume: StorageVol;
}

export const undefine: Command = command<Removed>({
  options: [
    data("domain", "domain name, id or uuid"),
    ...Object.entries(BITS).map(([name, [, help]]) => flag(name, help)),
    data("storage", "remove these volumes, too: targets or sources of its disks, with commas", false),
    flag("remove-all-storage", "remove all its volumes, too"),
    flag("delete-storage-volume-snapshots", "with their snapshots"),
    flag("wipe-storage", "overwrite them first"),
  ],
  schema: Type.Object({
    domain: Type.String(),
    uuid: Type.String(),
    volumes: Type.Array(Type.Object({ target: Type.String(), source: Type.String() })),
  }),
  run: async (context, args) => {
    checkStorageOptions(args);
    const say = (text: string): void => {
      if (!context.options.json && !context.options.quiet) context.terminal.stdout.write(text);
    };
    const domain = await findDomain(context, args);
    const { name, uuid } = domain;
    const doomed = await volumesOf(context, args, domain);
    const flags = Object.entries(BITS).reduce((all, [key, [bit]]) => (args.flag(key) ? all | bit : all), 0);
    try {
      await (flags === 0 ? domain.undefine() : domain.undefineFlags({ flags }));
    } catch (error) {
      throw new CommandError(`Failed to undefine domain '${args.text("domain")}'`, error);
    }
    say(`Domain '${name}' has been undefined\n`);
    for (const each of doomed) await removeVolume(args, each, say);
    return { domain: name, uuid, volumes: doomed.map(({ disk }) => named_(disk)) };
  },
  // All is said while it is done, as it may take its time.
  text: () => "",
});

const named_ = ({ target, source = "" }: Disk): { target: string; source: string } => ({ target, source });

function wantsStorage(args: Arguments): boolean {
  return args.optional("storage") !== undefined || args.flag("remove-all-storage");
}

function checkStorageOptions(args: Arguments): void {
  for (const name of ["wipe-storage", "delete-storage-volume-snapshots"]) {
    if (args.flag(name) && !wantsStorage(args)) {
      throw new UsageError(`'--${name}' requires '--storage <string>' or '--remove-all-storage'`);
    }
  }
}

/** The volumes that are to go with a domain. What is no volume of a pool stays. */
async function volumesOf(context: Context, args: Arguments, domain: Domain): Promise<readonly Doomed[]> {
  if (!wantsStorage(args)) return [];
  if (domain.id >= 0) throw new CommandError("Storage volume deletion is supported only on stopped domains");
  if (args.has("storage") && args.flag("remove-all-storage")) {
    throw new UsageError("Specified both --storage and --remove-all-storage");
  }
  const conn = await context.connection();
  const disks = disksOf(await domain.getXMLDesc({ flags: 2 }));
  const wanted = args.optional("storage")?.split(",");
  for (const each of wanted ?? []) {
    if (!disks.some(({ target, source }) => each === target || each === source)) {
      throw new CommandError(`Volume '${each}' was not found in domain's definition.`);
    }
  }
  const doomed: Doomed[] = [];
  for (const disk of disks) {
    const { target, source } = disk;
    if (source === undefined || wanted?.some((each) => each === target || each === source) === false)
      continue;
    try {
      doomed.push({ disk, volume: await conn.storageVolLookupByPath(source) });
    } catch (error) {
      if (!isLibvirtError(error, "NO_STORAGE_VOL")) throw error;
      context.terminal.stderr.write(
        `error: Storage volume '${target}'(${source}) is not managed by libvirt. Remove it manually.\n`,
      );
    }
  }
  return doomed;
}

async function removeVolume(
  args: Arguments,
  { disk, volume }: Doomed,
  say: (text: string) => void,
): Promise<void> {
  const what = `volume '${disk.target}'(${disk.source ?? ""})`;
  try {
    if (args.flag("wipe-storage")) {
      say(`Wiping ${what} ... `);
      await volume.wipe();
      say("Done.\n");
    }
    const snapshots = args.flag("delete-storage-volume-snapshots");
    await volume.delete({ flags: snapshots ? StorageVolDeleteFlags.WITH_SNAPSHOTS : 0 });
  } catch (error) {
    throw new CommandError("Failed! Volume not removed.", error);
  }
  say(`${what.replace("volume", "Volume")} removed.\n`);
}
