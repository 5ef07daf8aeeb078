import { LibvirtError } from "../../errors/index.js";
import { DriverFeature } from "../../protocol/index.js";
import { MigrateFlag } from "./migrate-options.js";
import type { Side } from "./side.js";

/** An error for what no daemon need be asked, with the code that libvirt has for it. */
export function refusal(code: string, message: string): LibvirtError {
  return new LibvirtError(code, message);
}

function refuseTogether(flags: number, one: keyof typeof MigrateFlag, other: keyof typeof MigrateFlag): void {
  if ((flags & MigrateFlag[one]) === 0 || (flags & MigrateFlag[other]) === 0) return;
  throw refusal("INVALID_ARG", `the flags ${one} and ${other} exclude each other; choose one of them`);
}

/** What can be told wrong of the flags alone. */
export function checkFlags(flags: number): void {
  refuseTogether(flags, "NON_SHARED_DISK", "NON_SHARED_INC");
  refuseTogether(flags, "TUNNELLED", "PARALLEL");
  const { NON_SHARED_SYNCHRONOUS_WRITES, NON_SHARED_DISK, NON_SHARED_INC } = MigrateFlag;
  if ((flags & NON_SHARED_SYNCHRONOUS_WRITES) !== 0 && (flags & (NON_SHARED_DISK | NON_SHARED_INC)) === 0) {
    throw refusal(
      "INVALID_ARG",
      "the flag NON_SHARED_SYNCHRONOUS_WRITES needs NON_SHARED_DISK or NON_SHARED_INC beside it",
    );
  }
}

/** Names of domains are sent to both sides, and none of them is empty. */
export function checkName(name: string | undefined): void {
  if (name === "") throw refusal("INVALID_ARG", "the new name is empty; leave it out to keep the old one");
}

export function checkWritable(source: Side, destination?: Side): void {
  const where = source.readOnly ? "source" : destination?.readOnly === true ? "destination" : undefined;
  if (where === undefined) return;
  throw refusal("OPERATION_DENIED", `the connection to the ${where} was opened for reading only`);
}

/** A guest that is shut off can only be moved between daemons that both know how. */
export async function checkOffline(flags: number, sides: Readonly<Record<string, Side>>): Promise<void> {
  if ((flags & MigrateFlag.OFFLINE) === 0) return;
  for (const [name, side] of Object.entries(sides)) {
    if (await side.supports(DriverFeature.MIGRATION_OFFLINE)) continue;
    throw refusal(
      "ARGUMENT_UNSUPPORTED",
      `the ${name} cannot migrate a domain that is shut off (flag OFFLINE)`,
    );
  }
}
