import {
  QEMU_PROC_DOMAIN_AGENT_COMMAND,
  QEMU_PROC_DOMAIN_MONITOR_COMMAND,
} from "../../src/protocol/generated/qemu/index.js";
import {
  REMOTE_PROC_DOMAIN_ABORT_JOB,
  REMOTE_PROC_DOMAIN_GET_GUEST_INFO,
} from "../../src/protocol/generated/remote/index.js";
import { Hypervisor } from "../../src/testing/index.js";
import { handle, type TestRoute } from "../../src/testing/session.js";
import { param } from "../../src/testing/typed-params.js";

const HMP = 1;

/** A test hypervisor whose domains answer QEMU's monitor and an agent, by telling what they were asked. */
export class QemuHypervisor extends Hypervisor {
  override get routes(): readonly TestRoute[] {
    return [
      ...super.routes,
      handle(REMOTE_PROC_DOMAIN_ABORT_JOB, () => undefined),
      handle(REMOTE_PROC_DOMAIN_GET_GUEST_INFO, ({ types }) => ({
        params: [
          param.uint("user.count", 1),
          param.string("user.0.name", "somebody"),
          param.ullong("user.0.login-time", 1_700_000_000_000n),
          param.string("os.pretty-name", `a system asked for ${types}`),
          param.boolean("fs.0.a-name-that-is-longer-than-the-column", true),
          param.int("timezone.offset", -3600),
        ],
      })),
      handle(QEMU_PROC_DOMAIN_MONITOR_COMMAND, ({ cmd, flags }) => ({
        result:
          flags === HMP ? `asked ${cmd}` : JSON.stringify({ return: { asked: cmd, list: [1] }, id: "x-1" }),
      })),
      handle(QEMU_PROC_DOMAIN_AGENT_COMMAND, ({ cmd, timeout }) => ({
        result: JSON.stringify({ return: { asked: cmd, timeout } }),
      })),
    ];
  }
}
