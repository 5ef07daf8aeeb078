import { connect } from "../src/index.js";
import {
  REMOTE_PROC_CONNECT_GET_ALL_DOMAIN_STATS,
  REMOTE_PROC_CONNECT_LIST_ALL_DOMAINS,
} from "../src/protocol/generated/remote/index.js";
import { BareSocket } from "./bare-socket.js";
import { garbage } from "./child.js";
import { duel, FLOOR, OURS, own, type Result } from "./duel.js";
import { scaled } from "./effort.js";
import { startGo, startPython } from "./peer-process.js";
import { Replay } from "./replay.js";

const DOMAINS = 1000;

/** Large answers, recorded and sent by a process of their own: what they cost is the clients'. */
export async function bulk(): Promise<readonly Result[]> {
  const count = scaled(DOMAINS, 10);
  await using replay = await Replay.start(count);
  await using conn = await connect(replay.uri);
  const bare = await BareSocket.open(replay.socket, "test:///default");
  const python = await startPython(replay.uri);
  const go = await startGo(replay.socket, "test:///default");
  const list = await bare.question(REMOTE_PROC_CONNECT_LIST_ALL_DOMAINS, { needResults: 1, flags: 0 });
  const stats = await bare.question(REMOTE_PROC_CONNECT_GET_ALL_DOMAIN_STATS, {
    doms: [],
    stats: 0,
    flags: 0,
  });
  try {
    return [
      await duel(`listAllDomains of ${count}, recorded`, 50, [
        own(FLOOR, 1, () => list()),
        own(OURS, 1, () => conn.listAllDomains()),
        python.contestant("list"),
        ...(go === undefined ? [] : [go.contestant("list")]),
      ]),
      await duel(`getAllDomainStats of ${count}, recorded`, 5, [
        own(FLOOR, 1, () => stats()),
        own(OURS, 1, () => conn.getAllDomainStats()),
        python.contestant("stats"),
        ...(go === undefined ? [] : [go.contestant("stats")]),
      ]),
      await garbage(replay.uri, count),
    ];
  } finally {
    python.stop();
    go?.stop();
    bare.close();
  }
}
