import { setTimeout as sleep } from "node:timers/promises";
import { type Connection, connect } from "../src/index.js";
import { idle } from "./child.js";
import { OURS, type Reading, type Result, reading } from "./duel.js";
import { effort, scaled } from "./effort.js";
import { Replay } from "./replay.js";

const IDLE = 1000;
const HOSTS = 500;
const SECONDS = 3;
/** Statistics of the state alone: the recorded answer has ten domains, with all they have. */
const STATE = 1;

/** Many hosts in one process. */
export async function fleet(): Promise<readonly Result[]> {
  await using replay = await Replay.start(10);
  return [await idle(replay.uri, scaled(IDLE, 10)), await polled(replay.uri, scaled(HOSTS, 5))];
}

async function polled(uri: string, hosts: number): Promise<Reading> {
  const conns: Connection[] = [];
  for (let i = 0; i < hosts; i++) conns.push(await connect(uri));
  try {
    return await reading(`CPU of polling ${hosts} hosts once a second`, "% of a core", {
      [`${OURS}, getLibVersion`]: () => poll(conns, (conn) => conn.getLibVersion()),
      [`${OURS}, getAllDomainStats of 10 domains`]: () =>
        poll(conns, (conn) => conn.getAllDomainStats(STATE)),
    });
  } finally {
    await Promise.all(conns.map((conn) => conn.close()));
  }
}

/** Each host has a moment of its own within the second, as those have that were not added at once. */
async function poll(
  conns: readonly Connection[],
  ask: (conn: Connection) => Promise<unknown>,
): Promise<number> {
  const milliseconds = effort.scale < 1 ? 300 : SECONDS * 1000;
  const cpu = process.cpuUsage();
  const began = performance.now();
  let asked = 0;
  const open: Promise<unknown>[] = [];
  for (;;) {
    const passed = performance.now() - began;
    if (passed >= milliseconds) break;
    for (const due = (passed / 1000) * conns.length; asked < due; asked++)
      open.push(ask(conns[asked % conns.length] as Connection));
    await sleep(10);
  }
  await Promise.all(open);
  const { user, system } = process.cpuUsage(cpu);
  return (user + system) / 10 / (performance.now() - began);
}
