#!/usr/bin/env node
import { INTERRUPTED_CODE, run } from "./run.js";

const interrupted = new AbortController();
// The first asks for an orderly end; whoever insists gets one at once.
process.once("SIGINT", () => interrupted.abort());
process.once("SIGTERM", () => interrupted.abort());

const { stdin, stdout, stderr, env } = process;
// A reader that has seen enough, such as `head`, is no error.
stdout.on("error", (error: { code?: string }) => {
  if (error.code !== "EPIPE") throw error as Error;
});
const code = await run(process.argv.slice(2), {
  stdin,
  stdout,
  stderr,
  env,
  signal: interrupted.signal,
});
// What is still open then is of no use to anybody.
if (code === INTERRUPTED_CODE) process.exit(code);
process.exitCode = code;
