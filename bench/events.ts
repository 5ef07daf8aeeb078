import { type Connection, connect } from "../src/index.js";
import {
  REMOTE_PROC_CONNECT_DOMAIN_EVENT_CALLBACK_REGISTER_ANY,
  REMOTE_PROC_DOMAIN_EVENT_CALLBACK_LIFECYCLE,
  REMOTE_PROC_DOMAIN_SET_MEMORY,
} from "../src/protocol/generated/remote/index.js";
import { BareSocket, callBytes, packetBytes } from "./bare-socket.js";
import { type Contestant, type Duel, duel, FLOOR, measured, OURS } from "./duel.js";
import { scaled } from "./effort.js";
import { startPython } from "./peer-process.js";
import { Replay } from "./replay.js";
import { sampleDomains } from "./samples.js";

const EVENTS = 20_000;
const MANY = 100;
const KIND = "domain.lifecycle";

/** How fast events get from the socket to whoever wants them. */
export async function events(): Promise<readonly Duel[]> {
  await using replay = await Replay.start(10);
  const bare = await BareSocket.open(replay.socket, "test:///default");
  const python = await startPython(replay.uri, "virtual-machine-0");
  const [one, loop, many] = await Promise.all([1, 2, 3].map(() => connect(replay.uri)));
  if (one === undefined || loop === undefined || many === undefined) throw new Error("no connection");
  try {
    return [
      await duel("events into one consumer", EVENTS, [
        await floor(bare),
        { name: OURS, run: (count) => measured(() => listen(one, 1, count)) },
        { name: `${OURS}, for await`, run: (count) => measured(() => iterate(loop, count)) },
        python.contestant("events"),
      ]),
      await duel(`events into ${MANY} consumers`, scaled(EVENTS / 4), [
        await floor(bare),
        { name: OURS, run: (count) => measured(() => listen(many, MANY, count)) },
      ]),
    ];
  } finally {
    python.stop();
    bare.close();
    await Promise.all([one, loop, many].map((conn) => conn.close()));
  }
}

/** The far side sends as many events as the memory that a domain shall have. */
async function ask(conn: Connection, count: number): Promise<void> {
  const domain = await conn.domainLookupByName("virtual-machine-0");
  await domain.setMemory(BigInt(count));
}

async function listen(conn: Connection, listeners: number, count: number): Promise<void> {
  let left = count * listeners;
  await new Promise<void>((resolve, reject) => {
    const watches = Array.from({ length: listeners }, () =>
      conn.on(KIND, () => {
        left--;
        if (left === 0) {
          for (const watch of watches) watch[Symbol.dispose]();
          resolve();
        }
      }),
    );
    Promise.all(watches.map(({ ready }) => ready))
      .then(() => ask(conn, count))
      .catch(reject);
  });
}

async function iterate(conn: Connection, count: number): Promise<void> {
  const stream = conn.events(KIND, { limit: count });
  await stream.ready;
  await ask(conn, count);
  let left = count;
  for await (const _ of stream) if (--left === 0) break;
}

async function floor(bare: BareSocket): Promise<Contestant> {
  const [dom] = sampleDomains(1);
  if (dom === undefined) throw new Error("no domain");
  await (
    await bare.question(REMOTE_PROC_CONNECT_DOMAIN_EVENT_CALLBACK_REGISTER_ANY, {
      eventID: 0,
      dom: undefined,
    })
  )();
  const { number: proc, msg, program } = REMOTE_PROC_DOMAIN_EVENT_CALLBACK_LIFECYCLE;
  const header = { prog: program.id, vers: program.version, proc, type: 2, serial: 0, status: 0 };
  const { length } = packetBytes(header, (writer) =>
    msg.encode(writer, { callbackID: 0, msg: { dom, event: 2, detail: 0 } }),
  );
  return {
    name: FLOOR,
    run: (count) =>
      measured(() =>
        bare.send(
          callBytes(REMOTE_PROC_DOMAIN_SET_MEMORY, { dom, memory: BigInt(count) }),
          28 + count * length,
        ),
      ),
  };
}
