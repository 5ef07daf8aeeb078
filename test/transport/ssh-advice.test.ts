import { describe, expect, it } from "@jest/globals";
import { parseUri } from "../../src/transport/index.js";
import { type RemoteOptions, remoteCommand } from "../../src/transport/ssh/remote-command.js";
import { sshAdvice } from "../../src/transport/ssh/ssh-advice.js";

// What can be had from a real server is tested with one, in test/live; these are words of ssh and nc that it never says.

function advice(stderr: string, uri = "qemu+ssh://u:pw@h:2222/system", options: RemoteOptions = {}): string {
  return sshAdvice(
    parseUri(uri),
    options,
  )({ code: 255, signal: null, stderr, text: undefined, answered: false });
}

describe("the advice for an ssh that failed", () => {
  it.each([
    [
      "Unable to negotiate with h port 22: no matching host key type found. Their offer: ssh-rsa",
      "ssh_config",
    ],
    ["Received disconnect from h port 22:2: Too many authentication failures", '"IdentitiesOnly yes"'],
    ["Bad owner or permissions on /home/u/.ssh/config", "chmod 600"],
    ["No ED25519 host key is known for h and you have requested strict checking.", '"ssh -p 2222 u@h" once'],
    ["ssh: connect to host h port 2222: Connection timed out", "firewalls"],
    ["ssh: connect to host h port 2222: No route to host", "firewalls"],
    ["Connection timed out during banner exchange", "firewalls"],
    ["Connection reset by h port 2222", "MaxStartups"],
    ["nc: invalid option -- 'U'\nnc -h for help", "The nc of h cannot connect to unix sockets"],
    ["something new", 'Does a daemon run on h, and does "ssh -p 2222 u@h" work?'],
  ])("fits: %s", (stderr, words) => {
    expect(advice(stderr)).toContain(words);
    expect(advice(stderr)).not.toContain("pw");
  });

  it("offers reading only to those who do not read only", () => {
    const stderr = "nc: /var/run/libvirt/libvirt-sock: Permission denied";
    expect(advice(stderr)).toContain("or connect read-only");
    expect(advice(stderr, undefined, { readOnly: true })).not.toContain("read-only");
  });

  it("gives command lines that a shell takes as they are meant", () => {
    const unknown = "Host key verification failed.";
    expect(advice(unknown, "qemu+ssh:///system")).toContain('Run "ssh localhost" once');
    expect(advice(unknown, "qemu+ssh://o'x@h/system")).toContain(`Run "ssh 'o'\\''x@h'" once`);
  });
});

describe("the remote command", () => {
  it("is one that every proxy has, whatever the URI would choose", () => {
    const uri = parseUri("qemu+ssh://h/system");
    expect(remoteCommand(uri, "native")).toBe("sh -c 'virt-ssh-helper 'qemu:///system''");
    expect(remoteCommand(uri, "netcat", { readOnly: true })).toContain(
      "-U /var/run/libvirt/libvirt-sock-ro'",
    );
    expect(remoteCommand(uri, "auto")).toContain("which virt-ssh-helper");
  });
});
