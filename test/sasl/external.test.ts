import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { describe, expect, it } from "@jest/globals";
import type { SaslClient } from "../../src/protocol/index.js";
import { anonymousClient } from "../../src/sasl/anonymous.js";
import { externalClient } from "../../src/sasl/external.js";
import { plainClient } from "../../src/sasl/plain.js";
import { credentials } from "./exchange.js";

/** Cyrus SASL's own sample server, for what libvirtd never offers: it is told who is there, as if by TLS. */
async function tryAtCyrus(client: SaslClient): Promise<"accepted" | "refused"> {
  const args = ["-e", "ssf=128,id=fred", "-m", "EXTERNAL", "-s", "libvirt"];
  // Line by line, as it does not when nobody seems to watch.
  const child = spawn("stdbuf", ["-oL", "sasl-sample-server", ...args], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  child.stdin.on("error", () => undefined);
  const send = (message: string): void => {
    child.stdin.write(`C: ${Buffer.from(message, "latin1").toString("base64")}\n`);
  };
  const challenges: string[] = [];
  let result: "accepted" | "refused" = "refused";
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.startsWith("Negotiation complete")) {
        result = "accepted";
        break;
      }
      if (!line.startsWith("S: ")) continue;
      const said = Buffer.from(line.slice(3), "base64");
      challenges.push(said.toString());
      if (challenges.length === 1) {
        expect(said.toString()).toBe("EXTERNAL");
        const first = Buffer.from((await client.start()) ?? []).toString("latin1");
        // With a NUL and nothing behind it the sample takes a first message to be none.
        send(first === "" ? client.mechanism : `${client.mechanism}\0${first}`);
      } else send(Buffer.from((await client.step(said)) ?? []).toString("latin1"));
    }
  } finally {
    child.kill("SIGKILL");
    await closed;
  }
  return result;
}

describe("EXTERNAL", () => {
  it("is accepted by Cyrus SASL, for who is there already", async () => {
    const client = externalClient(credentials({}));
    expect(await tryAtCyrus(client)).toBe("accepted");
    expect(client.complete).toBe(true);
  });

  it("is refused by Cyrus SASL to who wants to be somebody else", async () => {
    expect(await tryAtCyrus(externalClient(credentials({ authorizationId: "root" })))).toBe("refused");
  });
});

describe("a mechanism of one message", () => {
  it.each([
    ["EXTERNAL", externalClient(credentials({ authorizationId: "" })), ""],
    ["EXTERNAL", externalClient(credentials({ authorizationId: "other" })), "other"],
    ["ANONYMOUS", anonymousClient(credentials({ username: "fred" })), "libvirt-rpc"],
    [
      "PLAIN",
      plainClient(credentials({ username: "tim", password: "tanstaaftanstaaf" })),
      "\0tim\0tanstaaftanstaaf",
    ],
    [
      "PLAIN",
      plainClient(credentials({ username: "Kurt", password: "xipj3plmq", authorizationId: "Ursel" })),
      "Ursel\0Kurt\0xipj3plmq",
    ],
  ] as const)("is %s", async (name, client, message) => {
    expect(client.mechanism).toBe(name);
    expect(Buffer.from((await client.start()) ?? []).toString()).toBe(message);
    expect(client.complete).toBe(true);
    if (message === "") expect(await client.step(undefined)).toEqual(new Uint8Array());
    await expect(client.step(undefined)).rejects.toThrow("asks for more than the one message");
  });

  it("has no NUL in its parts, and shows none of them", async () => {
    const client = plainClient(credentials({ username: "tim", password: "s3cret\0" }));
    await expect(client.start()).rejects.toThrow("must not have NUL characters");
    await expect(client.start()).rejects.not.toThrow("s3cret");
  });
});
