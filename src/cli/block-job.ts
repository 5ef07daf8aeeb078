import { setTimeout as sleep } from "node:timers/promises";
import { DomainBlockJobAbortFlags as Abort, type Domain } from "../index.js";
import type { Arguments } from "./arguments.js";
import { data, flag, type Option } from "./command.js";
import type { Context } from "./context.js";
import { UsageError } from "./usage-error.js";

/** Milliseconds between two looks at a job. */
const PAUSE = 500;
/** virDomainBlockJobType, as people call them. */
export const BLOCK_JOBS: readonly string[] = [
  "Unknown job",
  "Block Pull",
  "Block Copy",
  "Block Commit",
  "Active Block Commit",
  "Backup",
];

/** How long to wait for a job, for those who want to. */
export const WAITING: readonly Option[] = [
  flag("wait", "wait for the job"),
  flag("verbose", "tell how far it is, with --wait"),
  data("timeout", "give up after so many seconds", false, "number"),
  flag("async", "do not wait until what is given up has ended"),
];

/** Whether to wait; some options say so, too. @throws UsageError for what only goes with waiting. */
export function waits(args: Arguments, implied: readonly string[] = []): boolean {
  const timeout = args.number("timeout");
  if (timeout !== undefined && timeout < 1) {
    throw new UsageError(`Numeric value '${timeout}' for <timeout> option is malformed or out of range`);
  }
  if (args.flag("wait") || implied.some((name) => args.has(name))) return true;
  const [useless] = ["verbose", "async"].filter((name) => args.flag(name));
  if (useless === undefined) return false;
  throw new UsageError(
    implied.length === 0
      ? `Option --wait is required by option --${useless}`
      : `--${useless} requires at least one of --timeout, --wait, --pivot, or --${implied.at(-1) ?? ""}`,
  );
}

/**
 * Waits until a disk's job is done, or until it has reached the end and only follows what is written.
 *
 * Gives the job up when the time is over or the user has had enough; false then.
 */
export async function waitForBlockJob(
  { terminal: { stderr, signal } }: Context,
  args: Arguments,
  domain: Domain,
  disk: string,
  label: string,
): Promise<boolean> {
  const timeout = args.number("timeout");
  const end = timeout === undefined ? Number.POSITIVE_INFINITY : performance.now() + timeout * 1000;
  const show = (percent: number): void => {
    if (args.flag("verbose")) stderr.write(`\r${label}: [${String(percent).padStart(3)} %]`);
  };
  for (;;) {
    const job = await domain.getBlockJobInfo(disk);
    const follows = job !== undefined && job.end > 0n && job.cur === job.end;
    if (job === undefined || follows) {
      show(100);
      return true;
    }
    show(job.end === 0n ? 0 : Math.min(99, Math.floor(Number((job.cur * 100n) / job.end))));
    if (signal.aborted || performance.now() >= end) {
      await domain.blockJobAbort(disk, { flags: args.flag("async") ? Abort.ASYNC : 0 });
      return false;
    }
    await sleep(PAUSE, undefined, { signal }).catch(() => undefined);
  }
}
