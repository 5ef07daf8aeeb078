import { open, stat } from "node:fs/promises";
import { type TSchema, Type } from "@sinclair/typebox";
import type { StorageVol } from "../../index.js";
import type { Arguments } from "../arguments.js";
import { type Command, command, data, flag, type Option } from "../command.js";
import { CommandError } from "../command-error.js";
import type { Context } from "../context.js";
import { findVolume } from "../find.js";
import { progress } from "../progress.js";
import { parseSize } from "../sizes.js";

const VOL = data("vol", "volume name, key or path");
const POOL = data("pool", "pool name or uuid", false);
const NUMBER = Type.Union([Type.Integer(), Type.String()]);

const TRANSFER: readonly Option[] = [
  data("offset", "where in the volume to begin", false, "number"),
  data("length", "how many bytes", false, "number"),
  flag("sparse", "send holes as holes"),
];

interface Transferred {
  readonly name: string;
  readonly bytes: bigint;
}
const TRANSFERRED: TSchema = Type.Object({ name: Type.String(), bytes: NUMBER });

/** What the options say of a transfer, with a bar that shows how far it is. */
function transfer(
  context: Context,
  args: Arguments,
  what: string,
  total: bigint | undefined,
): {
  readonly options: Parameters<StorageVol["downloadTo"]>[1];
  readonly bar: ReturnType<typeof progress>;
} {
  const bar = progress(context, what, total);
  const size = (name_: string): bigint | undefined => {
    const text = args.optional(name_);
    return text === undefined ? undefined : parseSize(text, name_);
  };
  const options = {
    offset: size("offset"),
    length: size("length"),
    sparse: args.flag("sparse"),
    signal: context.terminal.signal,
    onProgress: ({ transferred }: { readonly transferred: bigint }) => bar.show(transferred),
  };
  return { options, bar };
}

export const upload: Command = command<Transferred>({
  options: [VOL, data("file", "the file to send"), POOL, ...TRANSFER],
  schema: TRANSFERRED,
  endsItself: true,
  failure: (args) => `cannot upload to volume ${args.text("vol")}`,
  run: async (context, args) => {
    const volume = await findVolume(context, args);
    const file = args.text("file");
    const size = await stat(file).then(
      (found) => BigInt(found.size),
      (error: { code?: string }) => {
        const why = error.code === "ENOENT" ? "No such file or directory" : String(error.code);
        throw new CommandError(`cannot read ${file}: ${why}`);
      },
    );
    const { options, bar } = transfer(context, args, `Uploading ${volume.name}`, size);
    try {
      await volume.upload(file, options);
    } finally {
      bar.end();
    }
    return { name: volume.name, bytes: bar.transferred };
  },
  text: () => "",
});

/** A file that cannot be written is told of before anything is asked of the daemon. */
async function checkWritable(file: string): Promise<void> {
  try {
    await (await open(file, "a")).close();
  } catch (cause) {
    throw new CommandError(`cannot create ${file}`, undefined, { cause });
  }
}

export const download: Command = command<Transferred>({
  options: [VOL, data("file", "the file to write"), POOL, ...TRANSFER],
  schema: TRANSFERRED,
  endsItself: true,
  failure: (args) => `cannot download from volume ${args.text("vol")}`,
  run: async (context, args) => {
    const volume = await findVolume(context, args);
    const { capacity } = await volume.getInfo();
    const file = args.text("file");
    await checkWritable(file);
    const { options, bar } = transfer(context, args, `Downloading ${volume.name}`, capacity);
    try {
      await volume.downloadTo(file, options);
    } finally {
      bar.end();
    }
    return { name: volume.name, bytes: bar.transferred };
  },
  text: () => "",
});
