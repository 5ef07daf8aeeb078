import { setTimeout as sleep } from "node:timers/promises";
import {
  DomainBlockJobAbortFlags as Abort,
  type Domain,
  ConnectDomainEventBlockJobStatus as Status,
} from "../index.js";
import type { Arguments } from "./arguments.js";
import { data, flag, type Option } from "./command.js";
import { CommandError } from "./command-error.js";
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

export type BlockJobOutcome = "complete" | "failed" | "aborted";

/**
 * Starts a disk's job and waits until it is done, or until it has reached the end and only follows what is written.
 *
 * Gives the job up when the time is over or the user has had enough.
 */
export async function runBlockJob(
  context: Context,
  args: Arguments,
  domain: Domain,
  label: string,
  start: (disk: string) => Promise<void>,
): Promise<BlockJobOutcome> {
  const { stderr, signal } = context.terminal;
  const disk = args.text("path");
  const conn = await context.connection();
  let status: number | undefined;
  // A job that has failed is as absent as one that is complete: only its event tells them apart.
  using told = conn.on(["domain.blockJob", "domain.blockJob2"], (event) => {
    const path = event.kind === "domain.blockJob" ? event.path : event.dst;
    if (path === disk && event.domain.uuid === domain.uuid) ({ status } = event);
  });
  // A hypervisor without these events has its jobs told by looking at them.
  await told.ready.catch(() => undefined);
  const timeout = args.number("timeout");
  const end = timeout === undefined ? Number.POSITIVE_INFINITY : performance.now() + timeout * 1000;
  const show = (percent: number): void => {
    if (args.flag("verbose")) stderr.write(`\r${label}: [${String(percent).padStart(3)} %]`);
  };
  await start(disk);
  for (;;) {
    const job = await domain.getBlockJobInfo(disk);
    if (status === Status.FAILED) return "failed";
    if (status === Status.CANCELED) return "aborted";
    const follows = job !== undefined && job.end > 0n && job.cur === job.end;
    if (status !== undefined || job === undefined || follows) {
      show(100);
      return "complete";
    }
    show(job.end === 0n ? 0 : Math.min(99, Math.floor(Number((job.cur * 100n) / job.end))));
    if (signal.aborted || performance.now() >= end) {
      await domain.blockJobAbort(disk, { flags: args.flag("async") ? Abort.ASYNC : 0 });
      return "aborted";
    }
    await sleep(PAUSE, undefined, { signal }).catch(() => undefined);
  }
}

/** What virsh says, below a blank line, of a job that has not come to its end; it is an error then. */
export function failBlockJob(context: Context, what: string, outcome: BlockJobOutcome): never {
  if (context.options.json) throw new CommandError(`${what} ${outcome}`);
  context.terminal.stdout.write(`\n${what} ${outcome}`);
  // All is said.
  throw new CommandError("");
}
