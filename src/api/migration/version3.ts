import { LibvirtError, OperationFailedError, RemoteError } from "../../errors/index.js";
import type { RemoteNonnullDomain } from "../../protocol/generated/remote/index.js";
import type { Cancellation } from "./cancellation.js";
import { refusal } from "./checks.js";
import { MigrateFlag } from "./migrate-options.js";

/** Opaque to everybody but the two daemons. */
export type Cookie = Uint8Array;
export const NO_COOKIE: Cookie = new Uint8Array();

/** The five steps of version 3, in whichever of its two forms both daemons speak. */
export interface Steps {
  /** At the source: takes hold of the domain and describes it. */
  begin(flags: number): Promise<{ readonly cookieOut: Cookie; readonly xml: string }>;
  /** At the source: whether the guest is paused. */
  isPaused(): Promise<boolean>;
  /** At the destination: makes ready to receive. */
  prepare(
    flags: number,
    cookie: Cookie,
    xml: string,
  ): Promise<{ readonly cookieOut: Cookie; readonly uriOut?: string | undefined }>;
  /** Where to send the guest, as prepared or as the caller wants; `undefined` if nobody says. */
  useUri(uriOut: string | undefined): string | undefined;
  /** At the source: sends the guest. */
  perform(flags: number, cookie: Cookie): Promise<{ readonly cookieOut: Cookie }>;
  /** At the destination: lets the guest run, or drops what has arrived. */
  finish(
    flags: number,
    cookie: Cookie,
    cancelled: boolean,
  ): Promise<{ readonly dom: RemoteNonnullDomain; readonly cookieOut: Cookie }>;
  /** At the source: ends the guest there, or lets it go on. */
  confirm(flags: number, cookie: Cookie, cancelled: boolean): Promise<void>;
}

interface Dance {
  readonly steps: Steps;
  readonly flags: number;
  /** Whether the source can hold on to the domain between the steps. */
  readonly protection: boolean;
  readonly cancellation: Cancellation;
}

/** What has no meaning for the destination. */
const SOURCE_ONLY: number = MigrateFlag.ABORT_ON_ERROR | MigrateFlag.AUTO_CONVERGE;

/**
 * Takes both daemons through a migration of version 3, as virDomainMigrateVersion3Full does: whatever fails, both are
 * told how it ended, and the first error is the one that counts.
 */
export async function runVersion3({
  steps,
  flags,
  protection,
  cancellation,
}: Dance): Promise<RemoteNonnullDomain> {
  const sourceFlag = protection ? MigrateFlag.CHANGE_PROTECTION : 0;
  let shared = flags;
  cancellation.check();
  const begun = await steps.begin(flags | sourceFlag);
  if ((flags & MigrateFlag.POSTCOPY_RESUME) === 0 && (await steps.isPaused())) shared |= MigrateFlag.PAUSED;
  const atSource = shared | sourceFlag;
  const atDestination = shared & ~SOURCE_ONLY;

  let prepared: Awaited<ReturnType<Steps["prepare"]>>;
  try {
    cancellation.check();
    prepared = await steps.prepare(atDestination, begun.cookieOut, begun.xml);
  } catch (error) {
    // The source has begun a job that nobody else would end.
    if (protection) await quietly(() => steps.confirm(atSource, begun.cookieOut, true));
    throw error;
  }

  let failure: unknown;
  let performFailed = false;
  let cookie = prepared.cookieOut;
  const uri = steps.useUri(prepared.uriOut);
  if (uri === undefined)
    failure = refusal("INTERNAL_ERROR", "neither the destination nor the caller said where to migrate to");
  // Nothing was sent yet, so the source has to be told like the destination.
  else if (cancellation.reason !== undefined) failure = cancellation.reason;
  else if ((flags & MigrateFlag.OFFLINE) !== 0) cookie = NO_COOKIE;
  else {
    try {
      cookie = (await cancellation.during(() => steps.perform(atSource, cookie))).cookieOut;
    } catch (error) {
      failure = error;
      performFailed = true;
      cookie = NO_COOKIE;
    }
  }

  let finished: Awaited<ReturnType<Steps["finish"]>> | undefined;
  try {
    finished = await steps.finish(atDestination, cookie, failure !== undefined);
  } catch (error) {
    failure = failure === undefined ? error : join(failure, error);
  }
  // If the guest could not be sent, the source has cleaned up by itself.
  if (!performFailed) {
    const outcome = finished?.cookieOut ?? NO_COOKIE;
    await quietly(() => steps.confirm(atSource, outcome, finished === undefined));
  }
  if (failure !== undefined) throw failure;
  return (finished as NonNullable<typeof finished>).dom;
}

/** Its error would hide how the migration itself ended. */
async function quietly(step: () => Promise<void>): Promise<void> {
  try {
    await step();
  } catch (error) {
    if (!(error instanceof LibvirtError)) throw error;
  }
}

/**
 * Both sides failed. That the destination drops what it has is expected; but where QEMU failed without a reason at the
 * source, the destination's may be the reason.
 */
function join(source: unknown, destination: unknown): unknown {
  if (!(source instanceof OperationFailedError) || source.domain !== "QEMU") return source;
  if (!(destination instanceof RemoteError) || destination.domain !== "QEMU") return source;
  if (destination.code === "MIGRATE_FINISH_OK") return source;
  const message = `migration failed. Message from the source host: ${source.message}. Message from the destination host: ${destination.message}`;
  return new OperationFailedError(source.code, message, source, { cause: destination });
}
