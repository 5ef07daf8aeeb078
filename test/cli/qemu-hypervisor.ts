import {
  QEMU_PROC_DOMAIN_AGENT_COMMAND,
  QEMU_PROC_DOMAIN_MONITOR_COMMAND,
} from "../../src/protocol/generated/qemu/index.js";
import { Hypervisor } from "../../src/testing/index.js";
import { handle, type TestRoute } from "../../src/testing/session.js";

const HMP = 1;

/** A test hypervisor whose domains answer QEMU's monitor and an agent, by telling what they were asked. */
export class QemuHypervisor extends Hypervisor {
  override get routes(): readonly TestRoute[] {
    return [
      ...super.routes,
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
