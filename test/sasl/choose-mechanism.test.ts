import { describe, expect, it } from "@jest/globals";
import { AuthenticationError } from "../../src/errors/index.js";
import { chooseMechanism } from "../../src/sasl/choose-mechanism.js";
import { credentials } from "./exchange.js";

const FRED = credentials({ username: "fred", password: "s3cret" });
const FRED_IN_THE_OPEN = credentials({ username: "fred", password: "s3cret" }, { secure: false });
const NOBODY = credentials({});

const ALL = "ANONYMOUS PLAIN EXTERNAL DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-512 NTLM".split(" ");

async function chosen(...args: Parameters<typeof chooseMechanism>): Promise<string> {
  return (await chooseMechanism(...args)).mechanism;
}

describe("the choice of a mechanism", () => {
  it("is the strongest that is offered", async () => {
    const left = [...ALL];
    const order: string[] = [];
    while (left.length > 1) {
      const name = await chosen(FRED, left, undefined);
      order.push(name);
      left.splice(left.indexOf(name), 1);
      if (name === "EXTERNAL") break;
    }
    expect(order).toEqual([
      "SCRAM-SHA-512",
      "SCRAM-SHA-256",
      "SCRAM-SHA-1",
      "DIGEST-MD5",
      "PLAIN",
      "EXTERNAL",
    ]);
  });

  it("is the one that the caller insists on", async () => {
    for (const name of ALL.filter((each) => each !== "NTLM")) {
      expect(await chosen(FRED, ALL, name)).toBe(name);
    }
  });

  it("does not mind how the server writes it", async () => {
    expect(await chosen(FRED, ["scram-sha-1"], "SCRAM-SHA-1")).toBe("SCRAM-SHA-1");
  });

  it("is one that encrypts, where nothing else does", async () => {
    expect(await chosen(FRED_IN_THE_OPEN, ALL, undefined)).toBe("DIGEST-MD5");
  });

  it.each([
    ["PLAIN", "would send the password in the clear over the-server"],
    ["SCRAM-SHA-256", "does not encrypt what follows it over the-server"],
    ["ANONYMOUS", "does not encrypt what follows it"],
    ["EXTERNAL", "does not encrypt what follows it"],
  ])("is never %s where nothing encrypts", async (name, reason) => {
    for (const wanted of [name, undefined]) {
      const choice = chosen(FRED_IN_THE_OPEN, [name], wanted);
      await expect(choice).rejects.toThrow(AuthenticationError);
      await expect(choice).rejects.toThrow(wanted === undefined ? `${name} (${reason}` : `${name} ${reason}`);
      await expect(choice).rejects.toThrow("over plain TCP only GSSAPI and DIGEST-MD5 will");
    }
  });

  it("does without a password where nobody has a name", async () => {
    expect(await chosen(NOBODY, ALL, undefined)).toBe("EXTERNAL");
  });

  it("falls to ANONYMOUS only where there is nothing else", async () => {
    expect(await chosen(NOBODY, ["ANONYMOUS"], undefined)).toBe("ANONYMOUS");
    const choice = chosen(NOBODY, ["ANONYMOUS", "PLAIN"], undefined);
    await expect(choice).rejects.toThrow(
      "ANONYMOUS (is used only when asked for: auth=sasl.ANONYMOUS in the URI)",
    );
    await expect(choice).rejects.toThrow("PLAIN (wants a user name, and none is known");
  });

  it("says what is left out and why", async () => {
    const choice = chosen(FRED_IN_THE_OPEN, ["PLAIN", "NTLM"], undefined);
    await expect(choice).rejects.toThrow(
      "no SASL mechanism of the-server can be used: PLAIN (would send the password in the clear over the-server); " +
        "NTLM (is not spoken here)",
    );
    await expect(chosen(FRED, [], undefined)).rejects.toThrow("can be used: it offers none");
    await expect(chosen(FRED, ["PLAIN", "NTLM"], "NTLM")).rejects.toThrow("NTLM is not spoken here");
    await expect(chosen(FRED, ["PLAIN", "NTLM"], "GSSAPI")).rejects.toThrow("which has PLAIN, NTLM");
  });
});
