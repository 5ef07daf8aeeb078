import { Type } from "@sinclair/typebox";
import {
  DomainBlockJobAbortFlags as Abort,
  DomainBlockCommitFlags as Commit,
  type Domain,
  DomainBlockRebaseFlags as Rebase,
} from "../../index.js";
import type { Arguments } from "../arguments.js";
import { BLOCK_JOBS, failBlockJob, runBlockJob, WAITING, waits } from "../block-job.js";
import { type Command, command, data, flag } from "../command.js";
import { findDomain } from "../find.js";
import { parseSize, prettySize } from "../sizes.js";
import { UsageError } from "../usage-error.js";

const DOMAIN = data("domain", "domain name, id or uuid");
const PATH = data("path", "target or path of the disk");
const BANDWIDTH = data("bandwidth", "how fast at the most, in MiB/s", false, "number");
const BYTES = flag("bytes", "the bandwidth is in bytes/s");
const RELATIVE = flag("keep-relative", "leave names of files relative to each other");
const NUMBER = Type.Union([Type.Integer(), Type.String()]);
const DONE = Type.Object({ disk: Type.String(), done: Type.String() });
type Done = { readonly disk: string; readonly done: string };

function bandwidth(args: Arguments): bigint {
  const text = args.optional("bandwidth");
  return text === undefined ? 0n : parseSize(text, "bandwidth");
}

function exclusive(args: Arguments, ...names: readonly string[]): void {
  const [one, other] = names.filter((name) => args.has(name));
  if (other !== undefined) {
    throw new UsageError(`Options --${one ?? ""} and --${other} are mutually exclusive`);
  }
}

const KIBIBYTE = 1024n;
/** Sizes and speeds are in bytes; the same bit for each of these calls. */
const IN_BYTES = 1;

export const blockresize: Command = command<Done>({
  options: [DOMAIN, PATH, data("size", "new size, in KiB or with a unit")],
  schema: DONE,
  failure: (args) => `Failed to resize block device '${args.text("path")}'`,
  run: async (context, args) => {
    const size = parseSize(args.text("size"), "size", KIBIBYTE);
    const domain = await findDomain(context, args);
    const disk = args.text("path");
    await domain.blockResize(disk, size, { flags: IN_BYTES });
    return { disk, done: "resized" };
  },
  text: ({ disk }) => `Block device '${disk}' is resized`,
});

export const blockpull: Command = command<Done>({
  options: [
    DOMAIN,
    PATH,
    BANDWIDTH,
    data("base", "only what is above this file", false),
    ...WAITING,
    RELATIVE,
    BYTES,
  ],
  schema: DONE,
  endsItself: true,
  run: async (context, args) => {
    const wait = waits(args);
    const domain = await findDomain(context, args);
    const disk = args.text("path");
    const base = args.optional("base");
    const flags =
      (args.flag("bytes") ? Rebase.BANDWIDTH_BYTES : 0) | (args.flag("keep-relative") ? Rebase.RELATIVE : 0);
    const start = (path: string): Promise<void> =>
      base === undefined && flags === 0
        ? domain.blockPull(path, bandwidth(args))
        : domain.blockRebase(path, base, bandwidth(args), { flags });
    if (!wait) {
      await start(disk);
      return { disk, done: "Block Pull started" };
    }
    const outcome = await runBlockJob(context, args, domain, "Block Pull", start);
    if (outcome !== "complete") return failBlockJob(context, "Pull", outcome);
    return { disk, done: "\nPull complete" };
  },
  text: ({ done }) => done,
});

/** What becomes of a commit of the file that the guest writes to, once all is committed. */
async function settle(domain: Domain, disk: string, args: Arguments): Promise<string> {
  if (args.flag("pivot")) {
    await domain.blockJobAbort(disk, { flags: Abort.PIVOT });
    return "\nSuccessfully pivoted";
  }
  if (args.flag("keep-overlay")) {
    await domain.blockJobAbort(disk);
    return "\nCommit complete, overlay image kept";
  }
  return "\nNow in synchronized phase";
}

export const blockcommit: Command = command<Done>({
  options: [
    DOMAIN,
    PATH,
    BANDWIDTH,
    data("base", "file to commit into: the last of the chain unless told otherwise", false),
    flag("shallow", "only into the file below"),
    data("top", "file to commit from: the first of the chain unless told otherwise", false),
    flag("active", "even the file that the guest writes to"),
    flag("delete", "delete the files that were committed"),
    ...WAITING,
    flag("pivot", "go on with the file that was committed into"),
    flag("keep-overlay", "go on with the file that was committed from"),
    RELATIVE,
    BYTES,
  ],
  schema: DONE,
  endsItself: true,
  run: async (context, args) => {
    exclusive(args, "pivot", "keep-overlay");
    const ending = args.flag("pivot") || args.flag("keep-overlay");
    const active = args.flag("active") || ending;
    const wait = waits(args, ["timeout", "pivot", "keep-overlay"]);
    const domain = await findDomain(context, args);
    const disk = args.text("path");
    const flags =
      (args.flag("shallow") ? Commit.SHALLOW : 0) |
      (args.flag("delete") ? Commit.DELETE : 0) |
      (active ? Commit.ACTIVE : 0) |
      (args.flag("keep-relative") ? Commit.RELATIVE : 0) |
      (args.flag("bytes") ? Commit.BANDWIDTH_BYTES : 0);
    const [base, top] = [args.optional("base"), args.optional("top")];
    const start = (path: string): Promise<void> =>
      domain.blockCommit(path, base, top, bandwidth(args), { flags });
    if (!wait) {
      await start(disk);
      return { disk, done: active ? "Active Block Commit started" : "Block Commit started" };
    }
    const outcome = await runBlockJob(context, args, domain, "Block commit", start);
    if (outcome !== "complete") return failBlockJob(context, "Commit", outcome);
    return { disk, done: active ? await settle(domain, disk, args) : "\nCommit complete" };
  },
  text: ({ done }) => done,
});

interface Job {
  readonly type: string;
  readonly bandwidth: bigint;
  readonly cur: bigint;
  readonly end: bigint;
}

export const blockjob: Command = command<{ readonly disk: string; readonly job: Job | undefined }>({
  options: [
    DOMAIN,
    PATH,
    flag("abort", "give the job up"),
    flag("async", "do not wait until it has ended"),
    flag("pivot", "end it, and go on with the other file"),
    flag("info", "tell how far it is"),
    BYTES,
    flag("raw", "tell it in numbers"),
    BANDWIDTH,
  ],
  schema: Type.Object({
    disk: Type.String(),
    job: Type.Union([
      Type.Null(),
      Type.Object({ type: Type.String(), bandwidth: NUMBER, cur: NUMBER, end: NUMBER }),
    ]),
  }),
  run: async (context, args) => {
    const abort = ["abort", "async", "pivot"].find((name) => args.flag(name));
    const info = ["info", "raw"].find((name) => args.flag(name));
    for (const group of [
      ["info", "abort"],
      ["info", "async"],
      ["info", "pivot"],
      ["info", "bandwidth"],
      ["raw", "abort"],
      ["raw", "bandwidth"],
      ["abort", "bandwidth"],
    ])
      exclusive(args, ...group);
    const domain = await findDomain(context, args);
    const disk = args.text("path");
    const bytes = args.flag("bytes");
    if (abort !== undefined) {
      const flags = (args.flag("async") ? Abort.ASYNC : 0) | (args.flag("pivot") ? Abort.PIVOT : 0);
      await domain.blockJobAbort(disk, { flags });
      return { disk, job: undefined };
    }
    if (args.has("bandwidth") && info === undefined) {
      await domain.blockJobSetSpeed(disk, bandwidth(args), { flags: bytes ? IN_BYTES : 0 });
      return { disk, job: undefined };
    }
    const job = await domain.getBlockJobInfo(disk, { flags: bytes ? IN_BYTES : 0 });
    if (job === undefined) return { disk, job };
    const { type, bandwidth: speed, cur, end } = job;
    const shown: Job = { type: BLOCK_JOBS[type] ?? "Unknown job", bandwidth: speed, cur, end };
    if (!args.flag("raw") && !context.options.json) {
      const percent = end === 0n ? 0 : Number((cur * 100n) / end);
      context.terminal.stderr.write(`\r${shown.type}: [${String(percent).padStart(3)} %]`);
    }
    return { disk, job: shown };
  },
  text: ({ disk, job }, args) => {
    if (["abort", "async", "pivot", "bandwidth"].some((name) => args.has(name))) return "";
    if (job === undefined) return args.flag("raw") ? "" : `No current block job for ${disk}`;
    if (args.flag("raw")) {
      return ` type=${job.type}\n bandwidth=${job.bandwidth}\n cur=${job.cur}\n end=${job.end}\n`;
    }
    if (job.bandwidth === 0n) return "\n";
    const speed = args.flag("bytes") ? job.bandwidth : job.bandwidth * 1024n * 1024n;
    return `    Bandwidth limit: ${speed} bytes/s (${prettySize(speed, 3)}/s)\n`;
  },
});

const ERRORS = ["no error", "unspecified error", "no space"];

export const domblkerror: Command = command({
  options: [DOMAIN],
  schema: Type.Array(Type.Object({ disk: Type.String(), error: Type.String() })),
  run: async (context, args) => {
    const errors = await (await findDomain(context, args)).getDiskErrors();
    return errors.map(({ disk, error }) => ({ disk, error: ERRORS[error] ?? "unknown" }));
  },
  text: (errors) =>
    errors.length === 0
      ? "No errors found\n"
      : errors.map(({ disk, error }) => `${disk}: ${error}\n`).join(""),
});
