import { describe, expect, it } from "@jest/globals";
import {
  type Domain,
  DomainCreateFlags,
  DomainState,
  DomainUndefineFlagsValues,
  DomainXMLFlags,
  type FlagOptions,
} from "../../src/index.js";

/** Compiled and never run: the type check is the test. */
async function typesOfFlags(domain: Domain): Promise<void> {
  await domain.getXMLDesc({ flags: DomainXMLFlags.INACTIVE });
  await domain.getXMLDesc({ flags: DomainXMLFlags.INACTIVE | DomainXMLFlags.SECURE });
  await domain.getXMLDesc({ flags: 0 });
  // Bits of a newer libvirt.
  await domain.getXMLDesc({ flags: (1 << 20) as number });
  // @ts-expect-error a flag of another enum
  await domain.getXMLDesc({ flags: DomainCreateFlags.START_PAUSED });
  // @ts-expect-error a flag of another enum, for a method that was written by hand
  await domain.createWithFlags({ flags: DomainXMLFlags.SECURE });
  // @ts-expect-error a number that no combination of flags can be told from a mistake
  await domain.getXMLDesc({ flags: 0.5 });
  const wrong: DomainXMLFlags = DomainXMLFlags.SECURE;
  // @ts-expect-error enums do not mix
  const other: DomainUndefineFlagsValues = wrong;
  const options: FlagOptions<DomainUndefineFlagsValues> = { flags: other | DomainUndefineFlagsValues.NVRAM };
  await domain.undefineFlags(options);
}

describe("constants", () => {
  it("are plain objects of numbers", () => {
    expect(DomainState).toMatchObject({ NOSTATE: 0, RUNNING: 1, PAUSED: 3 });
    expect(DomainXMLFlags.INACTIVE | DomainXMLFlags.SECURE).toBe(3);
    const state: number = DomainState.RUNNING;
    expect(state === DomainState.RUNNING).toBe(true);
    expect(typesOfFlags).toHaveLength(1);
  });
});
