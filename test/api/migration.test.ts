import { describe, expect, it } from "@jest/globals";
import { type MigrateRequest, migrateDomain } from "../../src/api/migration/migrate.js";
import type { MigrateOptions } from "../../src/api/migration/migrate-options.js";
import type { Side } from "../../src/api/migration/side.js";
import { migrateToUri } from "../../src/api/migration/to-uri.js";
import { OperationFailedError, RemoteError } from "../../src/errors/index.js";
import { DriverFeature } from "../../src/protocol/index.js";

// The order of the steps, and what each side is told when one fails, between daemons of every age.

const dom = { name: "guest", uuid: "6695eb01-f6a4-8304-79aa-97f2502e193f", id: 1 };
const { MIGRATION_V1, MIGRATION_V2, MIGRATION_V3, MIGRATION_PARAMS, MIGRATION_P2P } = DriverFeature;
const PROTECTION = DriverFeature.MIGRATE_CHANGE_PROTECTION;

function cookie(name: string): Uint8Array {
  return new TextEncoder().encode(name);
}

type Args = Readonly<Record<string, unknown>>;

/** Both sides, and what was asked of them, in one line a call. */
class Rig {
  readonly lines: string[] = [];
  readonly failures = new Map<string, unknown>();
  uriOut: string | undefined = "tcp:there";
  onStep: (step: string) => void = () => undefined;
  state = 1;

  side(name: string, features: readonly number[]): Side {
    return {
      readOnly: false,
      supports: (feature) => Promise.resolve(features.includes(feature)),
      getURI: () => Promise.resolve(`qemu+tcp://${name}/system`),
      call: async ({ name: procedure }, args) => {
        const step = procedure.replace(/^REMOTE_PROC_(?:DOMAIN_)?(?:MIGRATE_)?/, "");
        this.lines.push(`${name} ${step}${this.#show(args as unknown as Args)}`);
        this.onStep(step);
        const failure = this.failures.get(step);
        if (failure !== undefined) throw failure;
        return this.#answer(step) as never;
      },
    };
  }

  #show(args: Args): string {
    const { cookieIn = args.cookie, flags, cancelled = args.retcode, dname } = args;
    const told = cookieIn instanceof Uint8Array ? ` ${new TextDecoder().decode(cookieIn) || "-"}` : "";
    const name = typeof dname === "string" ? ` as ${dname}` : "";
    return `${told} ${Number(flags ?? 0)}${name}${cancelled === undefined ? "" : cancelled === 1 ? " cancelled" : " well"}`;
  }

  #answer(step: string): unknown {
    const cookieOut = cookie(step[0]?.toLowerCase() ?? "");
    if (step.startsWith("BEGIN")) return { cookieOut: cookie("b"), xml: "<domain/>" };
    if (/^PREPARE2?$/.test(step)) return { cookie: cookie("p"), uriOut: this.uriOut };
    if (step.startsWith("PREPARE")) return { cookieOut: cookie("p"), uriOut: this.uriOut };
    if (step.startsWith("PERFORM")) return { cookieOut: cookie("s") };
    if (/^FINISH2?$/.test(step)) return { ddom: { ...dom, id: 9 } };
    if (step.startsWith("FINISH")) return { dom: { ...dom, id: 9 }, cookieOut: cookie("f") };
    if (step === "GET_STATE" || step === "GET_INFO") return { state: this.state };
    if (step === "GET_XML_DESC") return { xml: "<domain/>" };
    if (step === "LOOKUP_BY_NAME") return { dom: { ...dom, id: 9 } };
    return { cookieOut };
  }

  async run(
    fn: MigrateRequest["fn"],
    features: readonly number[],
    options: MigrateOptions & { params?: MigrateRequest["params"] } = {},
  ): Promise<unknown> {
    const { params = {}, ...rest } = options;
    try {
      return await migrateDomain({
        source: this.side("S", features),
        destination: this.side("D", features),
        dom,
        fn,
        params,
        options: rest,
      });
    } catch (error) {
      return error;
    }
  }
}

function qemuError(code: string, message: string): RemoteError {
  const details = {
    number: 9,
    domain: "QEMU",
    domainNumber: 10,
    level: 2,
    procedure: undefined,
    str1: undefined,
    str2: undefined,
    str3: undefined,
    int1: -1,
    int2: -1,
  };
  return code === "OPERATION_FAILED"
    ? new OperationFailedError(code, message, details)
    : new RemoteError(code, message, details);
}

const V3 = [MIGRATION_V3, PROTECTION];
const PARAMS = [...V3, MIGRATION_PARAMS];

describe("a migration that goes well", () => {
  it("takes five steps with parameters", async () => {
    const rig = new Rig();
    expect(await rig.run("migrate3", PARAMS, { flags: 1 | 8192 | 4096 })).toMatchObject({ id: 9 });
    // Only the source is told to protect the domain; only it is told how to converge, and what to do on errors.
    expect(rig.lines).toEqual([
      `S BEGIN3_PARAMS ${1 | 8192 | 4096 | 256}`,
      "S GET_STATE 0",
      "D PREPARE3_PARAMS b 1",
      `S PERFORM3_PARAMS p ${1 | 8192 | 4096 | 256}`,
      "D FINISH3_PARAMS s 1 well",
      `S CONFIRM3_PARAMS f ${1 | 8192 | 4096 | 256} well`,
    ]);
  });

  it("takes five steps without, also where the function has no parameters", async () => {
    for (const [fn, features] of [
      ["migrate3", V3],
      ["migrate", PARAMS],
    ] as const) {
      const rig = new Rig();
      expect(await rig.run(fn, features, { params: { destination_name: "other" } })).toMatchObject({ id: 9 });
      expect(rig.lines).toEqual([
        "S BEGIN3 256 as other",
        "S GET_INFO 0",
        "D PREPARE3 b 0 as other",
        "S PERFORM3 p 256 as other",
        "D FINISH3 s 0 as other well",
        "S CONFIRM3 f 256 well",
      ]);
    }
  });

  it("takes three steps of version 2 and of version 1", async () => {
    const second = new Rig();
    expect(await second.run("migrate", [MIGRATION_V2, MIGRATION_V1])).toMatchObject({ id: 9 });
    expect(second.lines).toEqual([
      "S GET_XML_DESC 5",
      "S GET_INFO 0",
      "D PREPARE2 0",
      "S PERFORM p 0",
      "D FINISH2 p 0 as guest well",
    ]);
    const first = new Rig();
    expect(await first.run("migrate", [MIGRATION_V1])).toMatchObject({ id: 9 });
    expect(first.lines).toEqual(["S GET_INFO 0", "D PREPARE 0", "S PERFORM p 0", "D FINISH p 0 as guest"]);
  });

  it("keeps a paused guest paused, and sends none that is shut off", async () => {
    const rig = new Rig();
    rig.state = 3;
    await rig.run("migrate3", PARAMS);
    expect(rig.lines[2]).toBe("D PREPARE3_PARAMS b 32");
    const offline = new Rig();
    await offline.run("migrate3", [...PARAMS, DriverFeature.MIGRATION_OFFLINE], { flags: 1024 });
    expect(offline.lines.map((line) => line.split(" ").slice(0, 3).join(" "))).toEqual([
      "S BEGIN3_PARAMS 1280",
      "S GET_STATE 0",
      "D PREPARE3_PARAMS b",
      "D FINISH3_PARAMS -",
      "S CONFIRM3_PARAMS f",
    ]);
  });
});

describe("a migration that fails", () => {
  const wrong = qemuError("INTERNAL_ERROR", "no");

  it("in the beginning leaves nothing to undo", async () => {
    const rig = new Rig();
    rig.failures.set("BEGIN3_PARAMS", wrong);
    expect(await rig.run("migrate3", PARAMS)).toBe(wrong);
    expect(rig.lines).toHaveLength(1);
  });

  it("in preparation has the source let go of the domain, if it holds on to it", async () => {
    const rig = new Rig();
    rig.failures.set("PREPARE3_PARAMS", wrong);
    expect(await rig.run("migrate3", PARAMS)).toBe(wrong);
    expect(rig.lines.at(-1)).toBe("S CONFIRM3_PARAMS b 256 cancelled");
    const bare = new Rig();
    bare.failures.set("PREPARE3", wrong);
    expect(await bare.run("migrate", [MIGRATION_V3])).toBe(wrong);
    expect(bare.lines.at(-1)).toBe("D PREPARE3 b 0");
  });

  it("on the way has the destination drop it, and does not confirm", async () => {
    const rig = new Rig();
    rig.failures.set("PERFORM3_PARAMS", wrong);
    rig.failures.set("FINISH3_PARAMS", qemuError("MIGRATE_FINISH_OK", "dropped"));
    expect(await rig.run("migrate3", PARAMS)).toBe(wrong);
    expect(rig.lines.at(-1)).toBe("D FINISH3_PARAMS - 0 cancelled");
  });

  it("without a reason at the source tells the destination's", async () => {
    const rig = new Rig();
    const vague = qemuError("OPERATION_FAILED", "migration failed");
    rig.failures.set("PERFORM3_PARAMS", vague);
    rig.failures.set("FINISH3_PARAMS", qemuError("INTERNAL_ERROR", "no such device"));
    expect(await rig.run("migrate3", PARAMS)).toMatchObject({
      code: "OPERATION_FAILED",
      message: expect.stringMatching(/source host: migration failed.*destination host: no such device/),
    });
  });

  it("in the end has the source go on", async () => {
    const rig = new Rig();
    rig.failures.set("FINISH3_PARAMS", wrong);
    rig.failures.set("CONFIRM3_PARAMS", qemuError("INTERNAL_ERROR", "not told"));
    expect(await rig.run("migrate3", PARAMS)).toBe(wrong);
    expect(rig.lines.at(-1)).toBe("S CONFIRM3_PARAMS - 256 cancelled");
  });

  it("after all is well does not fail for a confirmation that got lost", async () => {
    const rig = new Rig();
    rig.failures.set("CONFIRM3_PARAMS", wrong);
    expect(await rig.run("migrate3", PARAMS)).toMatchObject({ id: 9 });
  });

  it("for want of a place to go tells both", async () => {
    const rig = new Rig();
    rig.uriOut = undefined;
    expect(await rig.run("migrate3", PARAMS)).toMatchObject({ code: "INTERNAL_ERROR" });
    expect(rig.lines.slice(-2)).toEqual(["D FINISH3_PARAMS p 0 cancelled", "S CONFIRM3_PARAMS f 256 well"]);
  });

  it("of version 2 tells the destination, of version 1 nobody", async () => {
    const second = new Rig();
    second.failures.set("PERFORM", wrong);
    expect(await second.run("migrate", [MIGRATION_V2])).toBe(wrong);
    expect(second.lines.at(-1)).toBe("D FINISH2 p 0 as guest cancelled");
    const first = new Rig();
    first.failures.set("PERFORM", wrong);
    expect(await first.run("migrate", [MIGRATION_V1])).toBe(wrong);
    expect(first.lines.at(-1)).toBe("S PERFORM p 0");
  });

  it.each([
    ["BEGIN3_PARAMS", ["S GET_STATE 0", "S CONFIRM3_PARAMS b 256 cancelled"]],
    ["PREPARE3_PARAMS", ["D FINISH3_PARAMS p 0 cancelled", "S CONFIRM3_PARAMS - 256 cancelled"]],
  ])("tells those who were asked so far if its caller gives up during %s", async (step, lines) => {
    for (const flags of [0, 1024]) {
      const rig = new Rig();
      const controller = new AbortController();
      rig.onStep = (name) => {
        if (name === step) controller.abort();
      };
      rig.failures.set("FINISH3_PARAMS", qemuError("MIGRATE_FINISH_OK", "dropped"));
      const features = [...PARAMS, DriverFeature.MIGRATION_OFFLINE];
      expect(await rig.run("migrate3", features, { flags, signal: controller.signal })).toMatchObject({
        code: "CALL_ABORTED",
      });
      const told = lines.map((line) =>
        line.replace(/ (0|256) c/, (_, bits: string) => ` ${Number(bits) | flags} c`),
      );
      expect(rig.lines.slice(-2)).toEqual(told);
    }
  });

  it("before it began if its caller has given up", async () => {
    const rig = new Rig();
    expect(await rig.run("migrate3", PARAMS, { signal: AbortSignal.abort() })).toMatchObject({
      code: "CALL_ABORTED",
    });
    expect(rig.lines).toEqual([]);
  });
});

describe("what daemons are too old for", () => {
  it.each([
    [[MIGRATION_V3], { migrate_disks: ["vda"] }, "ARGUMENT_UNSUPPORTED"],
    [[MIGRATION_V2], { destination_xml: "<domain/>" }, "ARGUMENT_UNSUPPORTED"],
    [[], {}, "NO_SUPPORT"],
  ])("is refused: %j %j", async (features, params, code) => {
    const rig = new Rig();
    expect(await rig.run("migrate3", features, { params })).toMatchObject({ code });
    expect(rig.lines).toEqual([]);
  });
});

describe("a migration that the source does by itself", () => {
  async function go(features: readonly number[], params: MigrateRequest["params"] = {}): Promise<unknown> {
    const rig = new Rig();
    const options = { flags: 2 };
    const request = {
      source: rig.side("S", features),
      dom,
      dconnuri: "qemu+tcp://far/system",
      params,
      options,
    };
    try {
      await migrateToUri(request);
      return rig.lines;
    } catch (error) {
      return error;
    }
  }

  it("is one call, in the newest form that it knows", async () => {
    expect(await go([MIGRATION_P2P, MIGRATION_V3, MIGRATION_PARAMS])).toEqual(["S PERFORM3_PARAMS - 2"]);
    expect(await go([MIGRATION_P2P, MIGRATION_V3])).toEqual(["S PERFORM3 - 2"]);
    expect(await go([MIGRATION_P2P])).toEqual(["S PERFORM - 2"]);
    expect(await go([])).toMatchObject({ code: "ARGUMENT_UNSUPPORTED" });
    expect(await go([MIGRATION_P2P], { migrate_uri: "tcp:x" })).toMatchObject({
      code: "ARGUMENT_UNSUPPORTED",
    });
    expect(await go([MIGRATION_P2P, MIGRATION_V3], { parallel_connections: 2 })).toMatchObject({
      code: "ARGUMENT_UNSUPPORTED",
    });
  });

  it("ends with a look at the domain there, if it was asked for with both connections", async () => {
    const rig = new Rig();
    expect(await rig.run("migrate2", [...PARAMS, MIGRATION_P2P], { flags: 2 })).toMatchObject({ id: 9 });
    expect(rig.lines).toEqual(["S PERFORM3_PARAMS - 2", "D LOOKUP_BY_NAME 0"]);
  });
});
