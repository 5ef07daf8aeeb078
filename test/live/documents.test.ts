import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Connection, connect, DomainXMLFlags, LibvirtError } from "../../src/index.js";
import { DomainConfig, diff, format, parse, unknownPaths, validate } from "../../src/xml/index.js";
import { Random, runSeed } from "../protocol/random.js";
import { DEVICES, type DeviceSample } from "../support/devices.js";
import { type Libvirtd, startLibvirtd } from "../support/libvirtd.js";
import { builtGuest, guestWith, someOf } from "../support/random-guests.js";
import { schemaErrors } from "../support/xml-schema.js";
import { canonical } from "../xml/expat.js";

const GUESTS = 500;
/** What the next start is made from, passwords included. */
const WHOLE = DomainXMLFlags.INACTIVE | DomainXMLFlags.SECURE;

let daemon: Libvirtd;
let conn: Connection;
const accepted: DeviceSample[] = [];

beforeAll(async () => {
  daemon = await startLibvirtd();
  conn = await connect(daemon.uri("qemu"));
}, 60_000);
afterAll(async () => {
  await conn.close();
  await daemon.stop();
});

describe("documents of QEMU's domains", () => {
  it("are taken with every kind of device, and hold what was asked for", async () => {
    const refused: string[] = [];
    for (const sample of DEVICES) {
      const asked = guestWith("one", [sample]);
      expect([sample.name, validate(DomainConfig, asked)]).toEqual([sample.name, []]);
      try {
        const domain = await conn.domainDefine(asked);
        const got = await domain.getXML({ flags: WHOLE });
        // The daemon adds much, and takes nothing away; of the machine type it says which version, and memory devices
        // count as memory.
        const lost = diff(DomainConfig, asked, got).filter(
          ({ kind, path }) =>
            kind !== "added" &&
            path !== "os.type.machine" &&
            !(sample.kind === "memory" && path.startsWith("memory.")),
        );
        expect([sample.name, lost]).toEqual([sample.name, []]);
        accepted.push(sample);
        await domain.undefine();
      } catch (error) {
        if (!(error instanceof LibvirtError)) throw error;
        refused.push(`${sample.name}: ${error.message}`);
      }
    }
    console.info(`refused by this QEMU:\n${refused.join("\n")}`);
    expect(new Set(accepted.map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(25);
    expect(refused.length).toBeLessThan(10);
  }, 120_000);

  it(`come back as they were, ${GUESTS} of them`, async () => {
    const random = new Random(runSeed("documents"));
    const texts: string[] = [];
    for (let i = 0; i < GUESTS; i++) {
      const name = `guest-${i}`;
      const asked = i % 2 === 0 ? builtGuest(name, random) : guestWith(name, someOf(accepted, random));
      const domain = await conn.domainDefine(asked);
      texts.push(await domain.getXMLDesc({ flags: WHOLE }));
      await domain.undefine();
    }
    const written: string[] = [];
    const touched: string[] = [];
    for (const text of texts) {
      expect(unknownPaths(DomainConfig, text)).toEqual([]);
      expect(validate(DomainConfig, text)).toEqual([]);
      const config = parse(DomainConfig, text);
      written.push(format(DomainConfig, config));
      touched.push(format(DomainConfig, rewrite(config)));
    }
    const originals = canonical(texts);
    expect(canonical(written)).toEqual(originals);
    expect(canonical(touched)).toEqual(originals);
  }, 300_000);

  it("are valid by libvirt's own schema where we have made them", async () => {
    const random = new Random(runSeed("documents"));
    const samples = accepted.map((sample) => [sample]);
    const mixes = Array.from({ length: 25 }, () => someOf(accepted, random));
    const guests = [...samples, ...mixes].map((devices, i) => guestWith(`guest-${i}`, devices));
    const built = Array.from({ length: 25 }, (_, i) => builtGuest(`built-${i}`, random));
    const texts = [...guests, ...built].map((guest) => format(DomainConfig, guest));
    expect(await schemaErrors("domain", texts)).toEqual([]);
  }, 120_000);
});

/** Writes back what it has read, at every depth: lists and objects as copies, so that all of it is written anew. */
function rewrite<T>(value: T): T {
  if (Array.isArray(value)) return value.map(rewrite) as T;
  if (typeof value !== "object" || value === null || "children" in value) return value;
  return {
    ...value,
    ...Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, rewrite(inner)])),
  };
}
