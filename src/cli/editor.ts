import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { CommandError } from "./command-error.js";
import type { Context } from "./context.js";

/** Has the user change a text in their editor, and does something with it, until that works or they give up. */
export async function editUntilDone<T>(
  context: Context,
  suffix: string,
  text: string,
  use: (edited: string) => Promise<T>,
): Promise<T | undefined> {
  const dir = await mkdtemp(join(tmpdir(), "libvirt-rpc-"));
  const path = join(dir, `edit${suffix}`);
  try {
    await writeFile(path, text, { mode: 0o600 });
    for (;;) {
      await runEditor(context, path);
      const edited = await readFile(path, "utf8");
      if (edited === text) return undefined;
      try {
        return await use(edited);
      } catch (error) {
        if (!(await tryAgain(context, error))) throw error;
      }
    }
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function runEditor({ terminal: { env } }: Context, path: string): Promise<void> {
  const editor = [env.VISUAL, env.EDITOR].find((each) => each !== undefined && each !== "") ?? "vi";
  // An editor may have arguments, and quotes in them.
  const child = spawn("sh", ["-c", `${editor} "$1"`, "sh", path], { stdio: "inherit" });
  const [code, signal] = (await once(child, "exit")) as [number | null, string | null];
  if (code !== 0) throw new CommandError(`the editor '${editor}' ended with ${signal ?? `status ${code}`}`);
}

/** Asks whoever sits at a terminal; nobody else can mend anything. */
async function tryAgain({ terminal: { stdin, stderr, signal } }: Context, error: unknown): Promise<boolean> {
  if (!(stdin as { readonly isTTY?: boolean }).isTTY || signal.aborted) return false;
  const why = error instanceof CommandError && error.reason instanceof Error ? error.reason : error;
  stderr.write(`error: ${why instanceof Error ? why.message : String(why)}\n`);
  const questions = createInterface({ input: stdin, output: stderr });
  try {
    const answer = await questions.question("Failed. Edit again? [y,n] ", { signal });
    return !/^n/i.test(answer.trim());
  } catch {
    // The question was broken off.
    return false;
  } finally {
    questions.close();
  }
}
