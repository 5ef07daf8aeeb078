import { describe, expect, it } from "@jest/globals";
import { AuthError, AuthenticationError, ConnectError } from "../../src/errors/index.js";
import {
  RemoteAuthListRet,
  RemoteAuthPolkitRet,
  RemoteAuthSaslInitRet,
  RemoteAuthSaslStartArgs,
  RemoteAuthSaslStartRet,
  RemoteAuthSaslStepArgs,
  RemoteAuthSaslStepRet,
  RemoteConnectSupportsFeatureRet,
} from "../../src/protocol/generated/remote/index.js";
import {
  type Authentication,
  openSession,
  RpcClient,
  type SaslClient,
  type SecurityLayer,
} from "../../src/protocol/index.js";
import { xdrVoid } from "../../src/protocol/xdr-codec/index.js";
import { memoryPair, type Transport } from "../../src/transport/index.js";
import { type FakeCall, FakeDaemon } from "./fake-daemon.js";
import { scribbling } from "./scribbling.js";

const AUTH_LIST = 66;
const SASL_INIT = 67;
const SASL_START = 68;
const SASL_STEP = 69;
const POLKIT = 70;
const SUPPORTS_FEATURE = 60;

type Data = string | undefined;
/** What a server answers: its message, and whether it is the last. */
type Answer = readonly [complete: boolean, data: Data];

const encode = (data: Data): { nil: number; data: Uint8Array } =>
  data === undefined ? { nil: 1, data: new Uint8Array() } : { nil: 0, data: Buffer.from(data, "latin1") };
const decode = ({ nil, data }: { nil: number; data: Uint8Array }): Data =>
  nil === 0 ? Buffer.from(data).toString("latin1") : undefined;

interface Script {
  readonly types?: readonly number[];
  readonly mechanisms?: string;
  /** For START and each STEP; the last one is repeated. */
  readonly answers?: readonly Answer[];
  /** Answers instead, where it wants to. */
  readonly onCall?: (call: FakeCall) => boolean;
}

/** A daemon that authenticates by a script, and what a client said to it. */
function scripted(
  far: Transport,
  script: Script,
): { heard: Data[]; procedures: number[]; daemon: FakeDaemon } {
  const { types = [1], mechanisms = "FAKE", answers = [[true, undefined]] } = script;
  const heard: Data[] = [];
  const procedures: number[] = [];
  const daemon = new FakeDaemon(far);
  daemon.onCall = (call) => {
    procedures.push(call.procedure);
    if (script.onCall?.(call) === true) return;
    const { payload } = call.packet;
    if (call.procedure === AUTH_LIST) call.reply(RemoteAuthListRet, { types });
    else if (call.procedure === SASL_INIT) call.reply(RemoteAuthSaslInitRet, { mechlist: mechanisms });
    else if (call.procedure === POLKIT) call.reply(RemoteAuthPolkitRet, { complete: 1 });
    else if (call.procedure === SASL_START || call.procedure === SASL_STEP) {
      const codec = call.procedure === SASL_START ? RemoteAuthSaslStartArgs : RemoteAuthSaslStepArgs;
      const [complete, data] = answers[Math.min(heard.length, answers.length - 1)] as Answer;
      heard.push(decode(codec.decode(payload)));
      const reply = { complete: complete ? 1 : 0, ...encode(data) };
      call.reply(call.procedure === SASL_START ? RemoteAuthSaslStartRet : RemoteAuthSaslStepRet, reply);
    } else if (call.procedure === SUPPORTS_FEATURE) {
      call.reply(RemoteConnectSupportsFeatureRet, { supported: 0 });
    } else call.reply(xdrVoid, undefined);
  };
  return { heard, procedures, daemon };
}

/** A mechanism by a script: what it says, and after which of the server's messages it is content. */
class FakeClient implements SaslClient {
  readonly mechanism = "FAKE";
  readonly advice = "check the script";
  complete = false;
  layer: SecurityLayer | undefined;
  readonly got: Data[] = [];
  readonly #says: readonly Data[];
  readonly #enough: number;

  constructor(says: readonly Data[], enough: number, layer?: SecurityLayer) {
    this.#says = says;
    this.#enough = enough;
    this.layer = layer;
    this.complete = enough === 0;
  }

  async start(): Promise<Uint8Array | undefined> {
    return this.#say(0);
  }

  async step(challenge: Uint8Array | undefined): Promise<Uint8Array | undefined> {
    this.got.push(challenge === undefined ? undefined : Buffer.from(challenge).toString("latin1"));
    this.complete = this.got.length >= this.#enough;
    return this.#say(this.got.length);
  }

  #say(turn: number): Uint8Array | undefined {
    const text = this.#says[turn];
    return text === undefined ? undefined : Buffer.from(text, "latin1");
  }
}

interface Opened {
  readonly heard: readonly Data[];
  readonly procedures: readonly number[];
  readonly error: unknown;
  readonly rpc: RpcClient;
}

async function open(script: Script, authentication?: Authentication, secure = true): Promise<Opened> {
  const [near, far] = memoryPair({ peer: "fake" });
  const { heard, procedures } = scripted(far, script);
  const rpc = new RpcClient(scribbling(secure ? near : inTheOpen(near)));
  const request = { name: "", readOnly: false, authentication };
  const error: unknown = await openSession(rpc, request, () => ({ timeoutMs: 5000 })).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { heard, procedures, error, rpc };
}

/** The same transport, for one that others can read. */
function inTheOpen(transport: Transport): Transport {
  return new Proxy(transport, {
    get: (target, name) => {
      if (name === "secure") return false;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

const using = (client: SaslClient): Authentication => ({ sasl: async () => client });
const OPEN = [SUPPORTS_FEATURE, 1];

describe("the types of authentication", () => {
  it("is the first that the daemon names", async () => {
    expect((await open({ types: [0, 1] })).procedures).toEqual([AUTH_LIST, ...OPEN]);
    expect((await open({ types: [2, 1] })).procedures).toEqual([AUTH_LIST, POLKIT, ...OPEN]);
    expect((await open({ types: [] })).procedures).toEqual([AUTH_LIST, ...OPEN]);
  });

  it("is the one that the URI insists on", async () => {
    expect((await open({ types: [1, 2] }, { wanted: "polkit" })).procedures).toContain(POLKIT);
    const sasl = await open({ types: [2, 1] }, { wanted: "sasl", ...using(new FakeClient([], 0)) });
    expect(sasl.procedures).toEqual([AUTH_LIST, SASL_INIT, SASL_START, ...OPEN]);
    expect((await open({ types: [] }, { wanted: "sasl" })).error).toBeUndefined();
  });

  it.each([
    [[0], "sasl", "requested authentication type sasl rejected: fake offers none"],
    [[1, 2, 9], "polkit", undefined],
    [[1, 9], "polkit", "requested authentication type polkit rejected: fake offers sasl, 9"],
    [[1], "x509", "unknown authentication type auth=x509: write auth=sasl"],
    [[1], "saslx", "unknown authentication type auth=saslx"],
  ])("of %j with auth=%s give %s", async (types, wanted, message) => {
    const { error, procedures } = await open({ types }, { wanted });
    expect((error as Error | undefined)?.message.slice(0, message?.length)).toBe(message);
    if (message !== undefined) {
      expect(error).toBeInstanceOf(AuthenticationError);
      expect(procedures).toEqual([AUTH_LIST]);
    }
  });

  it("that nobody knows are an error", async () => {
    expect((await open({ types: [7] })).error).toBeInstanceOf(ConnectError);
  });
});

describe("a SASL exchange", () => {
  it("tells absent messages from empty ones, both ways", async () => {
    const client = new FakeClient([undefined, "", undefined, "\xff\x80"], 4);
    const answers: Answer[] = [
      [false, undefined],
      [false, ""],
      [false, "\x80"],
      [true, "end"],
    ];
    const { heard, error } = await open({ answers }, using(client));
    expect(error).toBeUndefined();
    expect(heard).toEqual([undefined, "", undefined, "\xff\x80"]);
    expect(client.got).toEqual([undefined, "", "\x80", "end"]);
  });

  it("gives the client the list, however it is separated, and the mechanism that is asked for", async () => {
    const asked: unknown[] = [];
    const sasl = async (...args: unknown[]): Promise<SaslClient> => {
      asked.push(args);
      return new FakeClient([], 0);
    };
    await open({ mechanisms: "ONE,TWO THREE" }, { sasl, wanted: "sasl.two" });
    await open({ mechanisms: "" }, { sasl, wanted: "sasl" });
    expect(asked).toEqual([
      [["ONE", "TWO", "THREE"], "TWO"],
      [[], undefined],
    ]);
  });

  it("goes on while either side is not done", async () => {
    const early = new FakeClient(["a"], 1);
    const late = await open(
      {
        answers: [
          [false, "proof"],
          [true, undefined],
        ],
      },
      using(early),
    );
    expect([late.error, late.heard]).toEqual([undefined, ["a", undefined]]);
  });

  it("refuses a server that is content before it has proven anything", async () => {
    for (const answers of [
      [[true, undefined]],
      [
        [false, "x"],
        [true, undefined],
      ],
    ] as const) {
      const { error, procedures } = await open({ answers }, using(new FakeClient(["a", "b"], 3)));
      expect(error).toBeInstanceOf(AuthenticationError);
      expect((error as Error).message).toContain("ended before the server had proven who it is");
      expect(procedures).not.toContain(SUPPORTS_FEATURE);
    }
  });

  it("is over after 16 steps at the most", async () => {
    const { error, heard } = await open({ answers: [[false, "more"]] }, using(new FakeClient([], 1000)));
    expect((error as Error).message).toContain("did not come to an end within 16 steps");
    expect(heard).toHaveLength(17);
  });

  it("passes on what the mechanism objects to, and calls nothing more", async () => {
    const client = new FakeClient(["a"], 2);
    client.step = () => Promise.reject(new AuthenticationError("not that server"));
    const { error, procedures } = await open({ answers: [[true, "v=forged"]] }, using(client));
    expect((error as Error).message).toBe("not that server");
    expect(procedures.at(-1)).toBe(SASL_START);
  });

  it("tells what to look at when the daemon refuses", async () => {
    const onCall = (call: FakeCall): boolean => {
      if (call.procedure !== SASL_START) return false;
      call.fail({ code: 45, domain: 7, message: "authentication failed: authentication failed" });
      return true;
    };
    const { error } = await open({ onCall }, using(new FakeClient(["a"], 1)));
    expect(error).toBeInstanceOf(AuthError);
    expect((error as AuthError).message).toBe(
      "authentication failed: authentication failed; fake did not accept this with SASL FAKE: check the script",
    );
    expect((error as AuthError).code).toBe("AUTH_FAILED");
  });

  it("needs somebody to answer", async () => {
    const { error } = await open({ mechanisms: "PLAIN,SCRAM-SHA-1" });
    expect((error as Error).message).toContain("demands SASL authentication (PLAIN, SCRAM-SHA-1)");
  });

  it("leads nowhere on an open transport without encryption", async () => {
    const none = await open({}, using(new FakeClient(["a"], 0)), false);
    expect((none.error as Error).message).toContain("negotiated no encryption");
    const weak: SecurityLayer = { ssf: 40, maxPlain: 1, maxWrapped: 1, wrap: (it) => it, unwrap: (it) => it };
    const little = await open({}, using(new FakeClient(["a"], 0, weak)), false);
    expect((little.error as Error).message).toContain("negotiated no encryption");
  });

  it("is given up with its caller's signal, even while a person is asked", async () => {
    const [near, far] = memoryPair({ peer: "fake" });
    scripted(far, {});
    const rpc = new RpcClient(near);
    const abort = new AbortController();
    const sasl = (): Promise<SaslClient> => {
      setImmediate(() => abort.abort(new Error("enough")));
      return new Promise(() => undefined);
    };
    const request = { name: "", readOnly: false, authentication: { sasl } };
    await expect(openSession(rpc, request, () => ({ signal: abort.signal }))).rejects.toThrow(
      "SASL authentication was aborted",
    );
    rpc.close();
  });
});

/** Turns every bit around, so that both kinds of bytes are easily told apart. */
function mirror(pause?: () => Promise<void>): SecurityLayer {
  const turn = (bytes: Uint8Array): Uint8Array => Uint8Array.from(bytes, (byte) => byte ^ 0xff);
  const work = (bytes: Uint8Array): Uint8Array | Promise<Uint8Array> =>
    pause === undefined ? turn(bytes) : pause().then(() => turn(bytes));
  return { ssf: 56, maxPlain: 1000, maxWrapped: 1000, wrap: work, unwrap: work };
}

describe("the end of a SASL exchange with a layer", () => {
  it.each([
    ["at once", undefined],
    ["one byte at a time", 1],
  ])("hands over to it, when bytes arrive %s", async (_, size) => {
    const [near, far] = memoryPair(size === undefined ? {} : { chunkSize: () => size });
    const chunks: Uint8Array[] = [];
    const client = new FakeClient(["a"], 1, mirror());
    scripted(
      {
        ...bound(far),
        start: (handlers) =>
          far.start({
            ...handlers,
            onData: (chunk) => (client.got.length > 0 ? chunks.push(chunk) : handlers.onData(chunk)),
            onDrain: () => undefined,
            onClose: (error) => handlers.onClose(error),
          }),
      },
      { answers: [[true, "proof"]] },
    );
    const rpc = new RpcClient(inTheOpen(near));
    expect(rpc.privacy.encrypted).toBe(false);
    const opening = openSession(rpc, { name: "", readOnly: false, authentication: using(client) }, () => ({
      timeoutMs: 5000,
    })).catch(() => undefined);
    while (Buffer.concat(chunks).length < 4 + 32) await new Promise((resolve) => setImmediate(resolve));
    const sent = Buffer.concat(chunks);
    expect(sent.readUInt32BE(0)).toBe(sent.length - 4);
    const packet = Buffer.from(sent.subarray(4).map((byte) => byte ^ 0xff));
    expect(packet.readUInt32BE(0)).toBe(packet.length);
    expect(rpc.privacy).toMatchObject({ secure: true, encrypted: true });
    rpc.close();
    await opening;
  });

  it.each([
    [
      "RPC packets in the clear",
      Buffer.from("0000001c200080860000000100000001000000020000000000000000".repeat(2), "hex"),
    ],
    ["noise", Buffer.from("ffffffff00", "hex")],
  ])("takes nothing for protected that is %s", async (_, injected) => {
    const [near, far] = memoryPair({ chunkSize: () => 1_000_000 });
    const client = new FakeClient(["a"], 1, {
      ...mirror(),
      unwrap: () => {
        throw new Error("its MAC is wrong");
      },
    });
    const onCall = (call: FakeCall): boolean => {
      if (call.procedure !== SASL_START) return false;
      call.reply(RemoteAuthSaslStartRet, { complete: 1, ...encode("proof") });
      far.write(injected);
      return true;
    };
    scripted(far, { onCall });
    const rpc = new RpcClient(inTheOpen(near));
    const request = { name: "", readOnly: false, authentication: using(client) };
    await expect(openSession(rpc, request, () => ({ timeoutMs: 5000 }))).rejects.toThrow(
      /its MAC is wrong|announced a wrapped packet/,
    );
    expect((await rpc.closed).message).toMatch(/its MAC is wrong|announced a wrapped packet/);
  });
});

function bound(transport: Transport): Transport {
  return {
    peer: transport.peer,
    secure: transport.secure,
    encrypted: transport.encrypted,
    start: (handlers) => transport.start(handlers),
    write: (chunk) => transport.write(chunk),
    pause: () => transport.pause(),
    resume: () => transport.resume(),
    end: () => transport.end(),
    destroy: (error) => transport.destroy(error),
  };
}
