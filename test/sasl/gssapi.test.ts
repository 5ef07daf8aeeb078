import { describe, expect, it } from "@jest/globals";
import { AuthenticationError } from "../../src/errors/index.js";
import { GssapiClient } from "../../src/sasl/gssapi.js";
import { carries } from "../../src/sasl/gssapi-layer.js";
import { cannotWrap, type KerberosContext } from "../../src/sasl/kerberos.js";
import { answer, credentials, text } from "./exchange.js";

const base64 = (value: string): string => Buffer.from(value).toString("base64");
const plain = (value: string): string => Buffer.from(value, "base64").toString();

/** A context that is done after one answer, and whose wrapping is a word in front. */
class FakeKerberos implements KerberosContext {
  contextComplete = false;
  /** How many calls are under way. */
  #open = 0;
  readonly broken: boolean;

  constructor(broken = false) {
    this.broken = broken;
  }

  async step(challenge: string): Promise<string | null> {
    if (challenge === "") return base64("ticket");
    if (plain(challenge) !== "proof") throw new Error("wrong proof");
    this.contextComplete = true;
    return null;
  }

  async wrap(given: string, { protect, user }: { protect: boolean; user?: string }): Promise<string> {
    await this.#alone();
    if (protect) return base64(`sealed ${plain(given)}`);
    const message =
      this.broken || user !== undefined
        ? Buffer.from(`\x01\0\0\0${user ?? ""}`)
        : Buffer.from(given, "base64");
    return Buffer.concat([Buffer.from("050404ff000c0000", "hex"), Buffer.alloc(8), message]).toString(
      "base64",
    );
  }

  async unwrap(given: string): Promise<string> {
    await this.#alone();
    if (!plain(given).startsWith("sealed ")) throw new Error("not sealed");
    return Buffer.from(given, "base64").subarray("sealed ".length).toString("base64");
  }

  // The package has one place for what comes out.
  async #alone(): Promise<void> {
    if (++this.#open > 1) throw new Error("two calls at once");
    await new Promise((resolve) => setImmediate(resolve));
    this.#open--;
  }
}

async function clientOf(
  kerberos: KerberosContext,
  { secure = false, authorizationId = "" } = {},
): Promise<GssapiClient> {
  const context = credentials({ authorizationId }, { host: "h", secure });
  const client = await GssapiClient.create(context, async (service, host, encrypts) => {
    expect([service, host, encrypts]).toEqual(["libvirt", "h", !secure]);
    return kerberos;
  });
  expect(text(await client.start())).toBe("ticket");
  return client;
}

const OFFER = "sealed \x05\x01\0\0";

describe("GSSAPI", () => {
  it("demands encryption on an open transport, and seals packets one after the other", async () => {
    const client = await clientOf(new FakeKerberos(), { authorizationId: "other" });
    expect(await answer(client, "proof")).toBeUndefined();
    expect(client.complete).toBe(false);
    const demand = await answer(client, OFFER);
    expect(
      Buffer.from(demand ?? [])
        .subarray(16)
        .toString("latin1"),
    ).toBe("\x04\x01\0\0other");
    expect(client.complete).toBe(true);
    const { layer } = client;
    expect(layer?.maxPlain).toBeLessThan(65_536);
    const sealed = await Promise.all([layer?.wrap(Buffer.from("a")), layer?.wrap(Buffer.from("b"))]);
    const opened = await Promise.all([
      layer?.unwrap(Buffer.from("sealed c")),
      Promise.resolve(layer?.unwrap(Buffer.from("false"))).catch(() => "refused"),
      layer?.unwrap(Buffer.from("sealed d")),
    ]);
    expect([...sealed, ...opened].map(String)).toEqual(["sealed a", "sealed b", "c", "refused", "d"]);
  });

  it("wants no layer on a secure transport", async () => {
    for (const broken of [false, true]) {
      const client = await clientOf(new FakeKerberos(broken), { secure: true, authorizationId: "other" });
      await answer(client, "proof");
      const refusal = await answer(client, OFFER);
      expect(
        Buffer.from(refusal ?? [])
          .subarray(16)
          .toString("latin1"),
      ).toBe("\x01\0\0\0other");
      expect(client.layer).toBeUndefined();
      expect(client.complete).toBe(true);
    }
  });

  it("notices a package that wraps something else than it is given", async () => {
    const client = await clientOf(new FakeKerberos(true));
    await answer(client, "proof");
    await expect(answer(client, OFFER)).rejects.toThrow("this version of the kerberos package cannot");
    expect(client.complete).toBe(false);
    expect(["2.2.2", "7.0.0", "7.0.1", "10.0.0"].map(cannotWrap)).toEqual([true, true, false, false]);
  });

  it.each([
    ["a wrong proof", "false", undefined, "could not prove that it is the server"],
    ["an offer that is not sealed", "proof", "\x05\x01\0\0", "not its own (not sealed)"],
    ["no encryption", "proof", "sealed \x03\x01\0\0", "offers no encryption"],
    ["tiny packets", "proof", "sealed \x05\0\0\x10", "takes packets of 16 bytes"],
    ["half an offer", "proof", "sealed \x05\x01", "something else than an offer"],
    ["no offer", "proof", "sealed ", "something else than an offer"],
  ])("refuses a server that sends %s", async (_, proof, offer, reason) => {
    const client = await clientOf(new FakeKerberos());
    const failing = async (): Promise<void> => {
      await answer(client, proof);
      if (offer !== undefined) await answer(client, offer);
    };
    const failed = failing();
    await expect(failed).rejects.toThrow(AuthenticationError);
    await expect(failed).rejects.toThrow(reason);
    expect(client.complete).toBe(false);
  });

  it("refuses a server that insists on a layer where there is one already", async () => {
    const client = await clientOf(new FakeKerberos(), { secure: true });
    await answer(client, "proof");
    await expect(answer(client, "sealed \x04\x01\0\0")).rejects.toThrow("insists on a security layer");
  });

  it("knows a message in a token that is rotated", () => {
    const token = (rotation: number, body: string): Buffer =>
      Buffer.concat([Buffer.from([5, 4, 0, 255, 0, 0, 0, rotation]), Buffer.alloc(8), Buffer.from(body)]);
    expect(carries(token(0, "messageMAC"), Buffer.from("message"))).toBe(true);
    expect(carries(token(3, "MACmessage"), Buffer.from("message"))).toBe(true);
    expect(carries(token(3, "messageMAC"), Buffer.from("message"))).toBe(false);
  });
});
