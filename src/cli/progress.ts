import type { Context } from "./context.js";
import { cut } from "./fitted-table.js";
import { prettySize } from "./sizes.js";

/** How far something is, in a line of the terminal that is written again and again. */
export interface Progress {
  readonly transferred: bigint;
  show(transferred: bigint): void;
  /** Leaves the line behind. */
  end(): void;
}

const BAR = 30;
/** Milliseconds between two pictures: more would only slow the transfer. */
const PAUSE = 100;

/** Shows a bar where somebody is looking: at a terminal, unless they want it quiet. */
export function progress({ terminal, options }: Context, what: string, total: bigint | undefined): Progress {
  const out = terminal.stderr as NodeJS.WriteStream;
  const visible = out.isTTY && !options.quiet && !options.json;
  let transferred = 0n;
  const began = performance.now();
  let drawn = 0;
  const draw = (): void => {
    drawn = performance.now();
    const seconds = (drawn - began) / 1000;
    const rate = seconds < 1 ? "" : `  ${prettySize(BigInt(Math.round(Number(transferred) / seconds)))}/s`;
    // A line that wraps could not be written over.
    out.write(`\r\u001b[K${cut(`${what} ${picture(transferred, total)}${rate}`, (out.columns || 80) - 1)}`);
  };
  return {
    get transferred() {
      return transferred;
    },
    show: (now) => {
      transferred = now;
      if (visible && performance.now() - drawn >= PAUSE) draw();
    },
    end: () => {
      if (!visible) return;
      draw();
      out.write("\n");
    },
  };
}

function picture(done: bigint, total: bigint | undefined): string {
  if (total === undefined || total === 0n) return prettySize(done);
  const part = Math.min(1, Number(done) / Number(total));
  const filled = Math.round(part * BAR);
  const percent = String(Math.floor(part * 100)).padStart(3);
  return `[${"#".repeat(filled)}${" ".repeat(BAR - filled)}] ${percent}% ${prettySize(done)} of ${prettySize(total)}`;
}
