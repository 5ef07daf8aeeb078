import { describe, expect, it } from "@jest/globals";
import { openName, parseUri } from "../../src/transport/index.js";

describe("openName", () => {
  it.each([
    ["test:///default", "test:///default"],
    ["qemu+ssh://u@h:22/system", "qemu:///system"],
    ["qemu+tcp://h", "qemu://"],
    ["qemu+tcp://h?x=1", "qemu://?x=1"],
    [
      "test+tcp://u@h/default?no_verify=1&foo=bar&x=a%20b&authfile=/nowhere",
      "test:///default?foo=bar&x=a%20b",
    ],
    ["qemu+tcp://h/system?mode=direct&socket=/x", "qemu:///system"],
    ["qemu+tcp://h/system#frag", "qemu:///system#frag"],
    ["qemu+unix:///d#", "qemu:///d#"],
    ["qemu+tcp://h/x?a=1;b=2&c=3", "qemu:///x?a=1%3Bb%3D2&c=3"],
    ["qemu+tcp://h/x?n&m=&=v", "qemu:///x?n=&m="],
    ["qemu:///a%2Fb%3Fc%23d:e", "qemu:///a/b%3Fc%23d%3Ae"],
    ["qemu:////a//b/../c", "qemu:////a//b/../c"],
    ["QEMU+Unix:///x", "QEMU:///x"],
    ["remote+tcp://h/", ""],
    ["remote:///system?x=1", ""],
    ["REMOTE:///x", "REMOTE:///x"],
    ["remote:///?name=qemu:///system", "qemu:///system"],
    ["qemu:///system?NAME=test:///other&x=1", "test:///other"],
    ["qemu:///system?name=a%20b", "a b"],
    ["qemu:///system?name=", ""],
    ["xen", "xen:///system"],
  ])("sends %s as %s", (uri, name) => {
    expect(openName(parseUri(uri))).toBe(name);
  });

  it("encodes parameter names too, which would otherwise change their meaning on the way", () => {
    expect(openName(parseUri("qemu:///x?c%26d=2&a%20b=1"))).toBe("qemu:///x?c%26d=2&a%20b=1");
  });

  it("lets the daemon choose where there is no URI", () => {
    expect(openName(undefined)).toBe("");
  });
});
