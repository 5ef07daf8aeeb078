import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "@jest/globals";
import { ConnectError, ConnectionClosedError, isLibvirtError } from "../../src/errors/index.js";
import type { Transport } from "../../src/transport/index.js";
import { openChild } from "../../src/transport/ssh/child-transport.js";
import { expectNoLeaks } from "../support/leaks.js";
import { type Collector, collect, pattern } from "./collector.js";

/** The beginning of a packet as far as a transport looks at it. */
const PACKET = "\\0\\0\\0";
const ENV = { PATH: process.env.PATH ?? "", LC_ALL: "C" };
const TRANSPORT = { peer: "ext:test", secure: false, encrypted: false };

async function open(script: string, env: Readonly<Record<string, string>> = {}): Promise<Transport> {
  const args = ["-c", script];
  const command = { program: "sh", args, env: { ...ENV, ...env }, advice: () => "Advice." };
  return await openChild(command, TRANSPORT, {});
}

/** Runs a script as a transport until it closes by itself. */
async function lastWords(script: string): Promise<Collector> {
  const got = collect(await open(script));
  await got.closed;
  expect(got.offences).toEqual([]);
  return got;
}

function isRunning(pid: number): boolean {
  try {
    // A zombie is no process any more, but somebody has forgotten it.
    return readFileSync(`/proc/${pid}/stat`, "utf8") !== "";
  } catch {
    return false;
  }
}

async function gone(pid: number): Promise<void> {
  for (let tries = 0; tries < 3000 && isRunning(pid); tries++) await sleep(10);
  expect(isRunning(pid)).toBe(false);
}

/** The script's process id, which it sends behind the start of a packet. */
async function pidFrom(got: Collector): Promise<number> {
  while (!got.text.endsWith("\n")) await got.received(got.bytes + 1);
  return Number(got.text.slice(3));
}

describe("a transport through a program", () => {
  it("carries bytes both ways, and lets the program end in order", async () => {
    await expectNoLeaks(async () => {
      const near = await open("cat");
      const got = collect(near);
      const bytes = pattern(3_000_000);
      bytes[0] = 0;
      for (let at = 0; at < bytes.length; at += 100_000) {
        if (!near.write(bytes.subarray(at, at + 100_000))) await got.drain();
      }
      await got.received(bytes.length);
      expect(got.content.equals(bytes)).toBe(true);
      near.end();
      await got.closed;
      expect(got.error).toBeUndefined();
      expect(got.offences).toEqual([]);
    });
  });

  it("makes the writer wait for a program that does not read, and the program for one who does not", async () => {
    await expectNoLeaks(async () => {
      const near = await open(`printf '${PACKET}'; head -c 4000000 /dev/zero; exec sleep 100`);
      const got = collect(near);
      await got.received(1);
      near.pause();
      await sleep(50);
      const before = got.bytes;
      await sleep(50);
      expect(got.bytes).toBe(before);
      expect(before).toBeLessThan(4_000_000);
      let full = false;
      for (let i = 0; i < 50 && !full; i++) full = !near.write(new Uint8Array(100_000));
      expect(full).toBe(true);
      near.resume();
      await got.received(4_000_003);
      near.destroy();
      await got.closed;
      expect(got.error).toBeUndefined();
    });
  });

  it("delivers all that a program sent before it failed, and then says how it failed", async () => {
    const got = await expectNoLeaks(async () => {
      const near = await open(`printf '${PACKET}'; head -c 300000 /dev/zero; echo oh dear >&2; exit 3`);
      // Its end is here before anybody reads.
      await sleep(200);
      const collector = collect(near);
      near.pause();
      await sleep(100);
      near.resume();
      await collector.closed;
      return collector;
    });
    expect(got.bytes).toBe(300_003);
    expect(got.error).toBeInstanceOf(ConnectionClosedError);
    expect(got.error?.message).toBe('sh ended with exit status 3, saying "oh dear"');
  });

  it("takes an end with status 0 after an answer for an orderly one", async () => {
    const got = await lastWords(`printf '${PACKET}'; echo noise >&2`);
    expect(got.error).toBeUndefined();
    expect(got.bytes).toBe(3);
  });

  it("says how a program ended that sent nothing", async () => {
    const ends: readonly (readonly [script: string, message: string])[] = [
      ["echo 'no way' >&2; exit 7", 'sh ended with exit status 7, saying "no way". Advice.'],
      ["exit 0", "sh ended with exit status 0 without a message. Advice."],
      ["kill -9 $$", "sh was ended by SIGKILL without a message. Advice."],
      ["exec <&-; exec sleep 0.1", "sh ended with exit status 0 without a message. Advice."],
      ["exec >&-; exec sleep 100", "sh went no further without a message. Advice."],
      ["sleep 3 & echo bad >&2; exit 2", 'sh ended with exit status 2, saying "bad". Advice.'],
      [
        "printf '@@@@@\\n@ LOOK @\\r\\n\\n  here\\t\\033[31m!\\n' >&2; exit 1",
        'sh ended with exit status 1, saying "LOOK / here??[31m!". Advice.',
      ],
      [
        "echo Welcome; exec sleep 100",
        `sh printed "Welcome" where a daemon's answer belongs, and went no further without a message. Advice.`,
      ],
      [
        "echo No account.; exit 1",
        `sh printed "No account." where a daemon's answer belongs, and ended with exit status 1 without a message.`,
      ],
      ["exec yes", `sh printed "y / y / y`],
    ];
    const run = async ([script, message]: readonly [string, string]): Promise<void> => {
      const got = await lastWords(script);
      expect(got.error).toBeInstanceOf(ConnectError);
      expect(got.error?.message).toContain(message);
      expect(got.bytes).toBe(0);
    };
    await expectNoLeaks(async () => await Promise.all(ends.map(run)));
  });

  it("shows no more than the end of a long complaint", async () => {
    const got = await lastWords("yes 'all work and no play' | head -c 3000000 >&2; echo The End >&2; exit 1");
    const { message = "" } = got.error ?? {};
    expect(message).toContain('saying "…');
    expect(message).toContain('The End". Advice.');
    expect(message.length).toBeLessThan(1200);
  });

  it("tells why a program ended, and not that it no longer read", async () => {
    await expectNoLeaks(async () => {
      const near = await open("exec <&-; sleep 0.05; echo because >&2; exit 4");
      const got = collect(near);
      for (let i = 0; i < 20 && !got.isClosed; i++) {
        near.write(new Uint8Array(100_000));
        await sleep(20);
      }
      await got.closed;
      expect(got.error?.message).toContain('ended with exit status 4, saying "because"');
    });
  });

  it("gives up on a program that reads no more and stays", async () => {
    await expectNoLeaks(async () => {
      const near = await open(`printf '${PACKET}'; exec <&-; exec sleep 100`);
      const got = collect(near);
      await got.received(3);
      while (!got.isClosed) {
        near.write(new Uint8Array(1000));
        await sleep(20);
      }
      expect(got.error).toBeInstanceOf(ConnectionClosedError);
    });
  });

  it.each(["", "trap '' TERM; "])(
    "leaves no process behind when it is destroyed: %s",
    async (trap) => {
      await expectNoLeaks(async () => {
        const near = await open(`${trap}printf '${PACKET}'; echo $$; while :; do sleep 0.1; done`);
        const got = collect(near);
        const pid = await pidFrom(got);
        const reason = new Error("enough");
        near.destroy(reason);
        near.destroy();
        await got.closed;
        expect(got.error).toBe(reason);
        await gone(pid);
      });
    },
    15_000,
  );

  it("ends a program that does not end when its input does", async () => {
    await expectNoLeaks(async () => {
      const near = await open(`printf '${PACKET}'; echo $$; while :; do sleep 0.1; done`);
      const got = collect(near);
      const pid = await pidFrom(got);
      near.end();
      await got.closed;
      expect(got.error).toBeUndefined();
      await gone(pid);
    });
  });

  it("does not wait for a program that nobody has heard of yet when it ends", async () => {
    await expectNoLeaks(async () => {
      const near = await open("trap 'exit 0' TERM; while :; do sleep 0.05; done");
      const got = collect(near);
      near.end();
      await got.closed;
      expect(got.error).toBeUndefined();
    });
  });

  it("can be destroyed before it was started", async () => {
    await expectNoLeaks(async () => {
      const near = await open("exec sleep 100");
      near.destroy();
      const got = collect(near);
      await got.closed;
      expect(got.error).toBeUndefined();
    });
  });

  it("does not start anything for somebody who has given up", async () => {
    await expectNoLeaks(async () => {
      const command = { program: "sleep", args: ["100"], env: ENV, advice: () => "" };
      const failed = openChild(command, TRANSPORT, { signal: AbortSignal.abort("late") });
      await expect(failed).rejects.toThrow("Connecting to ext:test was aborted");
    });
  });

  it("stops a program when the caller gives up while it starts", async () => {
    await expectNoLeaks(async () => {
      const controller = new AbortController();
      const command = { program: "sleep", args: ["100"], env: ENV, advice: () => "" };
      const failed = openChild(command, TRANSPORT, { signal: controller.signal });
      controller.abort();
      await expect(failed).rejects.toThrow("Connecting to ext:test was aborted");
    });
  });
});

describe("a program that cannot be started", () => {
  it.each([
    [
      "no-such-program-here",
      'Cannot run "no-such-program-here" (ENOENT: no such file or directory). It is not in PATH',
    ],
    ["/nonexistent/x", 'Cannot run "/nonexistent/x" (ENOENT: no such file or directory). Check its path'],
    ["/etc/passwd", 'Cannot run "/etc/passwd" (EACCES: permission denied). Make it executable'],
    ["/etc", 'Cannot run "/etc" (EACCES: permission denied). Make it executable'],
    [
      "/etc/passwd/x",
      'Cannot run "/etc/passwd/x" (ENOTDIR: a part of the path is not a directory). Can this user',
    ],
  ])("is named, with what to do: %s", async (program, message) => {
    await expectNoLeaks(async () => {
      const failed = openChild({ program, args: [], env: ENV, advice: () => "" }, TRANSPORT, {});
      const error: unknown = await failed.catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(ConnectError);
      expect(isLibvirtError(error) && error.message).toContain(message);
      expect(isLibvirtError(error) && error.cause).toHaveProperty("code");
    });
  });
});
