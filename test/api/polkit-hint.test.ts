import { describe, expect, it } from "@jest/globals";
import { type PolkitSituation, withPolkitHint } from "../../src/api/polkit-hint.js";
import { AuthError, type RemoteErrorDetails } from "../../src/index.js";

const DETAILS: RemoteErrorDetails = {
  number: 94,
  domain: "POLKIT",
  domainNumber: 60,
  level: 2,
  str1: "authentication unavailable: %s",
  str2: undefined,
  str3: undefined,
  int1: -1,
  int2: -1,
  procedure: "REMOTE_PROC_AUTH_POLKIT",
};

function hinted(code: string, situation: Partial<PolkitSituation>): AuthError {
  const error = new AuthError(code, "the daemon's words", DETAILS);
  return withPolkitHint(error, { readOnly: false, local: true, socket: undefined, ...situation });
}

describe("withPolkitHint", () => {
  it("keeps all that the daemon said", () => {
    const error = hinted("AUTH_UNAVAILABLE", {});
    expect(error).toMatchObject({ ...DETAILS, code: "AUTH_UNAVAILABLE", name: "AuthError" });
    expect(error.message).toBe(`the daemon's words; ${error.hint}`);
    expect(error.cause).toMatchObject({ message: "the daemon's words", hint: undefined });
  });

  it("does not speak of agents that cannot serve the far side", () => {
    const { hint } = hinted("AUTH_UNAVAILABLE", { local: false });
    expect(hint).not.toContain("pkttyagent");
    expect(hint).toContain("root");
  });

  it("does not tell to be satisfied with reading to whom wants no more", () => {
    const { hint } = hinted("AUTH_FAILED", { readOnly: true });
    expect(hint).toContain("org.libvirt.unix.monitor");
    expect(hint).not.toMatch(/readOnly|group/);
  });

  it("goes by the socket where the URI names it", () => {
    expect(hinted("AUTH_FAILED", { socket: "/run/libvirt/libvirt-sock-ro" }).hint).toContain("monitor");
    expect(hinted("AUTH_FAILED", { socket: "/s", readOnly: true }).hint).toContain("manage");
  });

  it("has nothing to say of other codes", () => {
    expect(hinted("ERROR_4711", {}).hint).toBeUndefined();
  });
});
