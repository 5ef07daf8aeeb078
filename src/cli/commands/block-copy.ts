import { Type } from "@sinclair/typebox";
import { DomainBlockJobAbortFlags as Abort, DomainBlockCopyFlags as Copy, type Domain } from "../../index.js";
import type { Arguments } from "../arguments.js";
import { failBlockJob, runBlockJob, WAITING, waits } from "../block-job.js";
import { type Command, command, data, flag } from "../command.js";
import { CommandError } from "../command-error.js";
import { findDomain, readDocument } from "../find.js";
import { parseSize } from "../sizes.js";
import { UsageError } from "../usage-error.js";
import { attributes, leaf } from "../xml-text.js";

const MEBIBYTE = 1024n * 1024n;

/** The document of what is copied to. */
async function destination(args: Arguments): Promise<string> {
  if (args.has("dest") && args.has("xml")) {
    throw new UsageError("Options --dest and --xml are mutually exclusive");
  }
  if (args.has("xml")) return await readDocument(args, "xml");
  const dest = args.optional("dest");
  if (dest === undefined) throw new CommandError("need either --dest or --xml");
  const block = args.flag("blockdev");
  const inner =
    leaf(2, "source", { [block ? "dev" : "file"]: dest }) +
    leaf(2, "driver", { type: args.optional("format") });
  return `<disk${attributes({ type: block ? "block" : "file" })}>\n${inner}</disk>\n`;
}

/** How the copying is to be done; what is not told is up to the hypervisor. */
function parameters(args: Arguments): Record<string, bigint | number | undefined> {
  const bandwidth = args.optional("bandwidth");
  const speed = bandwidth === undefined ? 0n : parseSize(bandwidth, "bandwidth");
  const buffer = args.optional("buf-size");
  return {
    bandwidth: speed === 0n ? undefined : speed * (args.flag("bytes") ? 1n : MEBIBYTE),
    granularity: args.number("granularity"),
    "buf-size": buffer === undefined ? undefined : parseSize(buffer, "buf-size"),
  };
}

async function settle(domain: Domain, disk: string, args: Arguments): Promise<string> {
  if (args.flag("pivot")) {
    await domain.blockJobAbort(disk, { flags: Abort.PIVOT });
    return "\nSuccessfully pivoted";
  }
  if (!args.flag("finish")) return "\nNow in mirroring phase";
  await domain.blockJobAbort(disk);
  return "\nSuccessfully copied";
}

export const blockcopy: Command = command<{ readonly disk: string; readonly done: string }>({
  options: [
    data("domain", "domain name, id or uuid"),
    data("path", "target or path of the disk"),
    data("dest", "file to copy to", false),
    data("bandwidth", "how fast at the most, in MiB/s", false, "number"),
    flag("shallow", "only the disk's own file, not those below"),
    flag("reuse-external", "the file to copy to is there already"),
    flag("blockdev", "it is a block device"),
    ...WAITING,
    flag("pivot", "go on with the copy"),
    flag("finish", "go on with the disk that it was"),
    data("xml", "file with the document of what to copy to", false),
    data("format", "format of the copy", false),
    data("granularity", "the least that is copied at once, in bytes", false, "number"),
    data("buf-size", "the most that is on its way, in bytes", false, "number"),
    flag("bytes", "the bandwidth is in bytes/s"),
    flag("transient-job", "the job ends with the domain"),
    flag("synchronous-writes", "the guest waits until what it writes is in the copy, too"),
    flag("print-xml", "print the document, and copy nothing"),
  ],
  schema: Type.Object({ disk: Type.String(), done: Type.String() }),
  endsItself: true,
  run: async (context, args) => {
    if (args.flag("pivot") && args.flag("finish")) {
      throw new UsageError("Options --pivot and --finish are mutually exclusive");
    }
    const wait = waits(args, ["timeout", "pivot", "finish"]);
    const disk = args.text("path");
    const domain = await findDomain(context, args);
    const xml = await destination(args);
    if (args.flag("print-xml")) return { disk, done: xml };
    const flags =
      (args.flag("shallow") ? Copy.SHALLOW : 0) |
      (args.flag("reuse-external") ? Copy.REUSE_EXT : 0) |
      (args.flag("transient-job") ? Copy.TRANSIENT_JOB : 0) |
      (args.flag("synchronous-writes") ? Copy.SYNCHRONOUS_WRITES : 0);
    const start = (path: string): Promise<void> => domain.blockCopy(path, xml, parameters(args), { flags });
    if (!wait) {
      await start(disk);
      return { disk, done: "Block Copy started" };
    }
    const outcome = await runBlockJob(context, args, domain, "Block Copy", start);
    if (outcome !== "complete") return failBlockJob(context, "Copy", outcome);
    return { disk, done: await settle(domain, disk, args) };
  },
  text: ({ done }) => done,
});
