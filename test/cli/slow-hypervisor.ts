import {
  REMOTE_PROC_CONNECT_GET_HOSTNAME,
  REMOTE_PROC_STORAGE_VOL_UPLOAD,
} from "../../src/protocol/generated/remote/index.js";
import { Hypervisor } from "../../src/testing/index.js";
import { handle, type TestRoute } from "../../src/testing/session.js";

/** How much of an upload is taken before nothing more is. */
const TAKEN = 40 << 20;

/** A test hypervisor that takes for ever: it never tells its host's name, and never has done with an upload. */
export class SlowHypervisor extends Hypervisor {
  /** What clients have asked for that is never done. */
  readonly asked: string[] = [];
  /** Of each upload that has ended: whether the client had finished it. */
  readonly ended: boolean[] = [];

  override get routes(): readonly TestRoute[] {
    const slow = [
      handle(REMOTE_PROC_CONNECT_GET_HOSTNAME, () => {
        this.asked.push("hostname");
        return never<{ hostname: string }>();
      }),
      handle(REMOTE_PROC_STORAGE_VOL_UPLOAD, (_args, call) => {
        this.asked.push("upload");
        let taken = 0;
        call.openStream({
          sink: {
            write: (bytes) => {
              taken += bytes.length;
              return taken < TAKEN ? undefined : never<void>();
            },
            finish: () => undefined,
          },
          ended: (finished) => this.ended.push(finished),
        });
      }),
    ];
    const names = new Set(slow.map(({ procedure }) => procedure.name));
    return [...super.routes.filter(({ procedure }) => !names.has(procedure.name)), ...slow];
  }
}

function never<T>(): Promise<T> {
  return new Promise(() => undefined);
}
