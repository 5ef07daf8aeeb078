import { describe, expect, it } from "@jest/globals";
import { AuthenticationError } from "../../src/errors/index.js";
import { ScramClient } from "../../src/sasl/scram.js";
import type { ScramHash } from "../../src/sasl/scram-keys.js";
import { answer, bytes, credentials, text } from "./exchange.js";

interface Example {
  readonly name: string;
  readonly hash: ScramHash;
  readonly nonce: string;
  readonly messages: readonly [first: string, challenge: string, proof: string, signature: string];
}

// The users of RFC 5802 section 5 and RFC 7677 section 3, whose password is "pencil".
const EXAMPLES: readonly Example[] = [
  {
    name: "SCRAM-SHA-1",
    hash: "sha1",
    nonce: "fyko+d2lbbFgONRv9qkxdawL",
    messages: [
      "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
      "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
      "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
      "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
    ],
  },
  {
    name: "SCRAM-SHA-256",
    hash: "sha256",
    nonce: "rOprNGfwEbeRWgbNEkqO",
    messages: [
      "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
      "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
      "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
      "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
    ],
  },
];
const [SHA1] = EXAMPLES as [Example, Example];

function clientOf({ name, hash, nonce }: Example): ScramClient {
  return new ScramClient(name, hash, credentials({ username: "user", password: "pencil" }), nonce);
}

async function failureAfter(challenge: string, last?: string): Promise<Error> {
  const client = clientOf(SHA1);
  await client.start();
  const failing = async (): Promise<void> => {
    await client.step(bytes(challenge));
    if (last !== undefined) await client.step(last === "nothing" ? undefined : bytes(last));
  };
  const error: unknown = await failing().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AuthenticationError);
  expect(client.complete).toBe(false);
  return error as Error;
}

describe("SCRAM", () => {
  it.each(EXAMPLES)("does what the RFC shows for $name", async (example) => {
    const [first, challenge, proof, signature] = example.messages;
    const client = clientOf(example);
    expect(text(await client.start())).toBe(first);
    expect(text(await answer(client, challenge))).toBe(proof);
    expect(client.complete).toBe(false);
    expect(await answer(client, signature)).toBeUndefined();
    expect(client.complete).toBe(true);
  });

  it("escapes names, prepares them, and can act as another", async () => {
    const known = { username: "a,b=\u00aac\u00ad", password: "x", authorizationId: "r,1" };
    const client = new ScramClient("SCRAM-SHA-1", "sha1", credentials(known), "nonce");
    expect(text(await client.start())).toBe("n,a=r=2C1,n=a=2Cb=3Dac,r=nonce");
    const answered = text(await answer(client, "r=nonce1,s=c2FsdA==,i=4096"));
    expect(answered).toMatch(/^c=bixhPXI9MkMxLA==,r=nonce1,p=/);
  });

  it("has a new nonce for every exchange", async () => {
    const start = async (): Promise<string> =>
      text(await new ScramClient("SCRAM-SHA-1", "sha1", credentials({ username: "user" })).start());
    const [one, two] = [await start(), await start()];
    expect(one).toMatch(/^n,,n=user,r=[A-Za-z0-9+/]{24}$/);
    expect(two).not.toBe(one);
  });

  const [, challenge, , signature] = SHA1.messages;
  const nonce = `${SHA1.nonce}more`;
  it.each([
    ["another nonce", "r=changed,s=QSXCR+Q6sek8bf92,i=4096", "replays"],
    ["our nonce only", `r=${SHA1.nonce},s=QSXCR+Q6sek8bf92,i=4096`, "replays"],
    ["1 iteration", `r=${nonce},s=QSXCR+Q6sek8bf92,i=1`, "1 iterations where 4096 to 5000000"],
    ["a billion iterations", `r=${nonce},s=QSXCR+Q6sek8bf92,i=1000000000`, "1000000000 iterations where"],
    ["absurd iterations", `r=${nonce},s=QSXCR+Q6sek8bf92,i=${"9".repeat(5000)}`, "acceptable"],
    ["iterations that are no number", `r=${nonce},s=QSXCR+Q6sek8bf92,i=4096e3`, "acceptable"],
    ["a salt that is not base64", `r=${nonce},s=QSXC?,i=4096`, "salt"],
    ["an unknown extension", `m=1,r=${nonce},s=QSXCR+Q6sek8bf92,i=4096`, "extension"],
    ["something else", "200 OK", "something else than nonce"],
    ["nothing", "", "something else than nonce"],
  ])("refuses a server that sends %s", async (_, message, reason) => {
    expect((await failureAfter(message)).message).toContain(reason);
  });

  it.each([
    ["a wrong signature", "v=AAAAAAAAAAAAAAAAAAAAAAAAAAA=", "not the server that it claims to be"],
    ["a signature of another length", "v=AAAA", "not the server that it claims to be"],
    ["a signature that is not base64", "v=%%%", "no proof"],
    ["an error", "e=other-error", 'reports the error "other-error"'],
    ["its first message again", challenge, "no proof"],
    ["nothing", "nothing", "no proof"],
  ])("refuses a server that ends with %s", async (_, message, reason) => {
    expect((await failureAfter(challenge, message)).message).toContain(reason);
  });

  it("has nothing to say after the end", async () => {
    const client = clientOf(SHA1);
    await client.start();
    await answer(client, challenge);
    await answer(client, signature);
    await expect(answer(client, signature)).rejects.toThrow("goes on after its last message");
  });
});
