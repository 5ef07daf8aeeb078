import type { ChildProcess } from "node:child_process";
import { Socket } from "node:net";

/** Whether a child keeps this process from ending. One that does not cannot hang a test run that forgot to stop it. */
export function hold(child: ChildProcess, on: boolean): void {
  const handles = [child, ...child.stdio.filter((stream) => stream instanceof Socket)];
  for (const handle of handles) {
    if (on) handle.ref();
    else handle.unref();
  }
}
