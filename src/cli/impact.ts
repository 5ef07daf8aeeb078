import { type Domain, DomainDeviceModifyFlags as Modify } from "../index.js";
import type { Arguments } from "./arguments.js";
import { flag, IMPACT, type Option } from "./command.js";
import { UsageError } from "./usage-error.js";

/** What a change of a device is about. */
export const PERSISTENT_IMPACT: readonly Option[] = [
  flag("persistent", "affect the running domain and its next boot"),
  ...IMPACT,
];

/** `VIR_DOMAIN_AFFECT_*` of those: `--persistent` is about all that the domain is at the moment. */
export async function impactOn(domain: Domain, args: Arguments): Promise<number> {
  if (!args.flag("persistent")) return args.impact();
  if (args.flag("current")) {
    throw new UsageError("Options --persistent and --current are mutually exclusive");
  }
  return Modify.CONFIG | args.impact() | ((await domain.isActive()) ? Modify.LIVE : 0);
}
