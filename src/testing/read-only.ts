import { remoteReadOnly } from "../protocol/generated/remote/read-only.js";
import type { Procedure } from "../protocol/index.js";

const READING: ReadonlySet<number> = new Set(remoteReadOnly);
/** Who only reads may listen: registering changes nothing that others see. */
const LISTENING = /_EVENT_(?:CALLBACK_)?(?:DE)?REGISTER(?:_ANY)?$|_(?:UN)?REGISTER_CLOSE_CALLBACK$/;
/** Access control takes it for reading, libvirt's own check of connections does not. */
const WRITING: ReadonlySet<string> = new Set(["REMOTE_PROC_DOMAIN_SET_SCHEDULER_PARAMETERS"]);

/** Whether a client that has opened the hypervisor read-only may call a procedure. */
export function readsOnly({ name, number }: Pick<Procedure<unknown, unknown>, "name" | "number">): boolean {
  // The numbers are those of the main program: others have the same ones for other things.
  if (!name.startsWith("REMOTE_") || WRITING.has(name)) return false;
  return READING.has(number) || LISTENING.test(name);
}
