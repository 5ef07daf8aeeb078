import { StoragePoolBuildFlags as Build, StoragePoolCreateFlags as Create } from "../../index.js";
import type { Arguments } from "../arguments.js";
import { flag, type Option } from "../command.js";

/** What may become of what is there already when a pool is built. */
export const OVERWRITING: readonly Option[] = [
  flag("no-overwrite", "fail if something is there already"),
  flag("overwrite", "overwrite what is there"),
];
export const BUILDING: readonly Option[] = [flag("build", "build it, too"), ...OVERWRITING];

/** virStoragePoolBuildFlags. */
export function buildFlags(args: Arguments): number {
  return (
    (args.flag("overwrite") ? Build.OVERWRITE : 0) | (args.flag("no-overwrite") ? Build.NO_OVERWRITE : 0)
  );
}

/** virStoragePoolCreateFlags. */
export function creationFlags(args: Arguments): number {
  let flags = args.flag("build") ? Create.WITH_BUILD : 0;
  if (args.flag("overwrite")) flags |= Create.WITH_BUILD_OVERWRITE;
  if (args.flag("no-overwrite")) flags |= Create.WITH_BUILD_NO_OVERWRITE;
  return flags;
}
