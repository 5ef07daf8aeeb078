import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Connection, connect } from "../src/index.js";
import {
  REMOTE_PROC_CONNECT_GET_LIB_VERSION,
  REMOTE_PROC_CONNECT_LIST_ALL_DOMAINS,
  REMOTE_PROC_DOMAIN_GET_INFO,
  REMOTE_PROC_DOMAIN_GET_XML_DESC,
} from "../src/protocol/generated/remote/index.js";
import { type Libvirtd, startLibvirtd } from "../test/support/libvirtd.js";
import { BareSocket } from "./bare-socket.js";
import { type Contestant, type Duel, duel, FLOOR, OURS, own } from "./duel.js";
import { scaled } from "./effort.js";
import { type PeerProcess, startGo, startPython } from "./peer-process.js";
import { largeDomainXml } from "./samples.js";

const DOMAINS = 1000;

/** Everybody who can ask a daemon for the same. */
interface Parties {
  readonly conn: Connection;
  readonly bare: BareSocket;
  readonly python: PeerProcess;
  readonly go: PeerProcess | undefined;
}

/** Calls: small ones by number in flight, and the ones that programs make most, at a real libvirtd. */
export async function calls(): Promise<readonly Duel[]> {
  const daemon = await startLibvirtd();
  try {
    return [
      ...(await between(daemon, "test", "test:///default", "test", small)),
      ...(await documents(daemon)),
      ...(await lists(daemon)),
    ];
  } finally {
    await daemon.stop();
  }
}

async function between(
  daemon: Libvirtd,
  driver: "qemu" | "test",
  name: string,
  domain: string,
  work: (parties: Parties) => Promise<readonly Duel[]>,
  uri: string = daemon.uri(driver),
): Promise<readonly Duel[]> {
  // As many in flight as the floor has, so that the window is not what is measured.
  await using conn = await connect(uri, { maxInFlight: 100 });
  const bare = await BareSocket.open(daemon.socket, name);
  const python = await startPython(uri, domain);
  const go = await startGo(daemon.socket, name, domain);
  try {
    return await work({ conn, bare, python, go });
  } finally {
    python.stop();
    go?.stop();
    bare.close();
  }
}

const floor = (ask: (inFlight?: number) => Promise<void>): Contestant => own(FLOOR, 1, () => ask());
const present = (contestants: readonly (Contestant | undefined)[]): Contestant[] =>
  contestants.filter((one) => one !== undefined);

async function small({ conn, bare, python, go }: Parties): Promise<readonly Duel[]> {
  const version = await bare.question(REMOTE_PROC_CONNECT_GET_LIB_VERSION, undefined);
  const domain = await conn.domainLookupByName("test");
  const dom = { name: domain.name, uuid: domain.uuid, id: domain.id };
  const duels = [
    await duel("getLibVersion, one by one", 2000, [
      floor(version),
      own(OURS, 1, () => conn.getLibVersion()),
      python.contestant("version"),
      ...present([go?.contestant("version")]),
    ]),
  ];
  for (const inFlight of [4, 20, 100]) {
    const batches: Contestant = {
      name: FLOOR,
      run: (count) => own(FLOOR, 1, () => version(inFlight)).run(Math.ceil(count / inFlight)),
    };
    duels.push(
      await duel(
        `getLibVersion, ${inFlight} in flight`,
        scaled(4000, inFlight) === inFlight ? inFlight : 4000,
        [
          batches,
          own(OURS, inFlight, () => conn.getLibVersion()),
          ...present([go?.contestant("version", inFlight)]),
          ...(inFlight === 20 ? [python.contestant("version")] : []),
        ],
      ),
    );
  }
  duels.push(
    await duel("domain.getInfo, one by one", 2000, [
      floor(await bare.question(REMOTE_PROC_DOMAIN_GET_INFO, { dom })),
      own(OURS, 1, () => domain.getInfo()),
      python.contestant("info"),
      ...present([go?.contestant("info")]),
    ]),
  );
  return duels;
}

/** What QEMU's driver writes: the document of a domain with all the devices that servers have. */
async function documents(daemon: Libvirtd): Promise<readonly Duel[]> {
  const name = "bench";
  await using conn = await connect(daemon.uri("qemu"));
  const defined = await conn.domainDefineXML(largeDomainXml(name));
  const size = Math.round((await defined.getXMLDesc()).length / 1000);
  try {
    return await between(daemon, "qemu", "qemu:///system", name, async ({ conn: own1, bare, python, go }) => {
      const domain = await own1.domainLookupByName(name);
      const dom = { name: domain.name, uuid: domain.uuid, id: domain.id };
      const ask = await bare.question(REMOTE_PROC_DOMAIN_GET_XML_DESC, { dom, flags: 0 });
      return [
        await duel(`getXMLDesc of a QEMU domain (${size} kB)`, 400, [
          floor(ask),
          own(OURS, 1, () => domain.getXMLDesc()),
          python.contestant("xml"),
          ...present([go?.contestant("xml")]),
        ]),
      ];
    });
  } finally {
    await defined.undefine();
  }
}

/** A file of libvirt's test driver, with as many domains as a large host has. */
async function lists(daemon: Libvirtd): Promise<readonly Duel[]> {
  const dir = await mkdtemp(join(tmpdir(), "bench-"));
  try {
    const count = scaled(DOMAINS);
    const guests = Array.from(
      { length: count },
      (_, i) =>
        `<domain type="test"><name>virtual-machine-${i}</name><memory>1024</memory><os><type>hvm</type></os></domain>`,
    );
    const file = join(dir, "node.xml");
    await writeFile(file, `<node>${guests.join("")}</node>`);
    const uri = `test+unix://${file}?socket=${daemon.socket}`;
    const name = `test://${file}`;
    const list = async ({ conn, bare, python, go }: Parties): Promise<readonly Duel[]> => [
      await duel(`listAllDomains of ${count}`, 40, [
        floor(await bare.question(REMOTE_PROC_CONNECT_LIST_ALL_DOMAINS, { needResults: 1, flags: 0 })),
        own(OURS, 1, () => conn.listAllDomains()),
        python.contestant("list"),
        ...present([go?.contestant("list")]),
      ]),
    ];
    return await between(daemon, "test", name, "virtual-machine-0", list, uri);
  } finally {
    await rm(dir, { recursive: true });
  }
}
