import type { Domain } from "../index.js";
import type { Arguments } from "./arguments.js";
import type { Context } from "./context.js";

/** Milliseconds between two looks at a job. */
const PAUSE = 500;

/** Does what takes a job of a domain; with `--verbose`, tells how far it is, as virsh does. */
export async function withJobProgress<T>(
  { terminal: { stderr } }: Context,
  args: Arguments,
  label: string,
  domain: Domain,
  work: () => Promise<T>,
): Promise<T> {
  if (!args.flag("verbose")) return await work();
  let shown = false;
  const show = (percent: number): void => {
    shown = true;
    stderr.write(`\r${label}: [${String(percent).padStart(3)} %]`);
  };
  const look = async (): Promise<void> => {
    // Before it has begun, and once it is done, there is nothing to be told.
    const info = await domain.getJobInfo().catch(() => undefined);
    if (info === undefined || info.dataTotal === 0n) return;
    show(Math.min(99, Math.floor(Number(((info.dataTotal - info.dataRemaining) * 100n) / info.dataTotal))));
  };
  const timer = setInterval(() => void look(), PAUSE);
  try {
    const value = await work();
    show(100);
    return value;
  } catch (error) {
    if (shown) stderr.write("\n");
    throw error;
  } finally {
    clearInterval(timer);
  }
}
