import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder of the test's own, short enough for socket paths, that goes with it. */
export class TempDir implements Disposable {
  readonly path: string = mkdtempSync(join(tmpdir(), "lvt-"));

  join(...parts: string[]): string {
    return join(this.path, ...parts);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
