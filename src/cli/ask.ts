import { CommandError } from "./command-error.js";
import type { Context } from "./context.js";

interface RawInput {
  readonly isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
}
const ENTER = /[\r\n]/;
const CTRL_C = "\u0003";
const CTRL_D = "\u0004";
const ERASE = /^[\b\u007f]$/;

/** Asks for what nobody is to see: it is typed without an echo. Of a pipe, takes the first line. */
export async function askHidden({ terminal: { stdin, stderr } }: Context, question: string): Promise<string> {
  const raw = stdin as unknown as RawInput;
  stderr.write(question);
  if (raw.isTTY === true) raw.setRawMode?.(true);
  let answer = "";
  try {
    for await (const chunk of stdin) {
      for (const character of String(chunk)) {
        if (character === CTRL_C) throw new CommandError("interrupted");
        if (ENTER.test(character) || character === CTRL_D) return answer;
        answer = ERASE.test(character) ? answer.slice(0, -1) : answer + character;
      }
    }
    return answer;
  } finally {
    if (raw.isTTY === true) raw.setRawMode?.(false);
    stderr.write("\n");
  }
}
