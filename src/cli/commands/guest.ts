import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { Type } from "@sinclair/typebox";
import { DomainQemuMonitorCommandFlags as Monitor } from "../../index.js";
import { type Command, command, data, flag, named } from "../command.js";
import { CommandError } from "../command-error.js";
import { findDomain } from "../find.js";
import { UsageError } from "../usage-error.js";

const DOMAIN = data("domain", "domain name, id or uuid");
const EXTENSIONS: Readonly<Record<string, string>> = {
  "image/png": ".png",
  "image/x-portable-pixmap": ".ppm",
};

/** `screenshot`: a picture of a domain's screen, in a file. */
export const screenshot: Command = command({
  options: [
    DOMAIN,
    data("file", "where to store it", false),
    data("screen", "which screen, from 0 on", false, "number"),
  ],
  schema: Type.Object({ file: Type.String(), mimeType: Type.String() }),
  failure: (args) => `could not take a screenshot of ${args.text("domain")}`,
  run: async (context, args) => {
    const domain = await findDomain(context, args);
    const { mimeType, stream } = await domain.screenshot(args.number("screen") ?? 0);
    const time = new Date().toISOString().slice(0, 19).replace("T", "-");
    const file = args.optional("file") ?? `${domain.name}-${time}${EXTENSIONS[mimeType] ?? ""}`;
    await pipeline(stream, createWriteStream(file));
    return { file, mimeType };
  },
  text: ({ file, mimeType }) => `Screenshot saved to ${file}, with type of ${mimeType}`,
});

/** `qemu-monitor-command`: asks QEMU's monitor. */
export const qemuMonitorCommand: Command = command({
  options: [
    DOMAIN,
    flag("hmp", "in the language for people"),
    flag("pretty", "an answer that is easy to read"),
    flag("return-value", "only the value"),
    { name: "cmd", kind: "rest", required: true, help: "the command" },
  ],
  schema: Type.Object({ reply: Type.String() }),
  run: async (context, args) => {
    const domain = await findDomain(context, args);
    const words = args.rest("cmd").join(" ");
    const hmp = args.flag("hmp");
    if (hmp && args.flag("pretty")) {
      throw new UsageError("Options --hmp and --pretty are mutually exclusive");
    }
    const answer = await domain.qemuMonitorCommand(words, { flags: hmp ? Monitor.HMP : Monitor.DEFAULT });
    if (hmp || !(args.flag("pretty") || args.flag("return-value"))) return { reply: answer };
    const value = JSON.parse(answer) as { return?: unknown; error?: unknown };
    const shown = args.flag("return-value") ? value.return : value;
    if (shown === undefined) throw new CommandError(`QEMU refused: ${JSON.stringify(value.error)}`);
    return { reply: JSON.stringify(shown, undefined, args.flag("pretty") ? 2 : undefined) };
  },
  text: ({ reply }, args) => (args.flag("pretty") || args.flag("return-value") ? reply : `${reply}\n`),
});

const TIMEOUTS = { block: -2, default: -1, nowait: 0 } as const;

/** `qemu-agent-command`: asks the agent inside the guest. */
export const qemuAgentCommand: Command = command({
  options: [
    DOMAIN,
    named("timeout", "seconds to wait", "number"),
    flag("async", "do not wait"),
    flag("block", "wait for ever"),
    flag("pretty", "an answer that is easy to read"),
    { name: "cmd", kind: "rest", required: true, help: "the command" },
  ],
  schema: Type.Object({ reply: Type.Union([Type.String(), Type.Null()]) }),
  run: async (context, args) => {
    const domain = await findDomain(context, args);
    const words = args.rest("cmd").join(" ");
    const seconds = args.number("timeout");
    if (seconds !== undefined && seconds < 1) throw new UsageError("timeout must be positive");
    const { block, nowait } = TIMEOUTS;
    const wait = seconds ?? (args.flag("async") ? nowait : args.flag("block") ? block : TIMEOUTS.default);
    const answer = await domain.qemuAgentCommand(words, wait);
    if (answer === undefined || !args.flag("pretty")) return { reply: answer };
    return { reply: JSON.stringify(JSON.parse(answer), undefined, 2) };
  },
  text: ({ reply }, args) => (reply === undefined ? "" : `${reply}\n${args.flag("pretty") ? "\n" : ""}`),
});
