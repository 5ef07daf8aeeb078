import type { Connection } from "../../../src/index.js";
import { qemuDomainXml, testDomainXml } from "../../support/domain-xml.js";
import type { Oracle, OracleHandle } from "../../support/oracle.js";

/** The same objects on two daemons, by class: made by us on one, by libvirt-python on the other. */
export interface Objects {
  readonly ours: ReadonlyMap<string, object>;
  readonly theirs: ReadonlyMap<string, OracleHandle>;
}

const DOMAIN = "51111111-2222-4333-8444-555555555555";
const poolXml = `<pool type="dir"><name>pool</name><uuid>61111111-2222-4333-8444-555555555555</uuid>
  <target><path>/var/lib/libvirt/pool</path></target></pool>`;
const volXml = `<volume><name>vol</name><capacity>1048576</capacity><target><format type="raw"/></target></volume>`;
const secretXml = `<secret ephemeral="no" private="no"><uuid>71111111-2222-4333-8444-555555555555</uuid>
  <usage type="volume"><volume>/nonexistent/volume</volume></usage></secret>`;
const networkXml = `<network><name>net</name><uuid>81111111-2222-4333-8444-555555555555</uuid>
  <bridge name="virbr77"/><mac address="52:54:00:00:00:77"/></network>`;
const filterXml = `<filter name="filter"><uuid>91111111-2222-4333-8444-555555555555</uuid></filter>`;

interface Recipe {
  readonly className: string;
  /** Class of the object that it is made by. */
  readonly from: string;
  readonly ours: string;
  readonly theirs: string;
  readonly args: readonly unknown[];
}

const RECIPES: readonly Recipe[] = [
  {
    className: "StoragePool",
    from: "Connection",
    ours: "storagePoolDefineXML",
    theirs: "storagePoolDefineXML",
    args: [poolXml],
  },
  {
    className: "Network",
    from: "Connection",
    ours: "networkDefineXML",
    theirs: "networkDefineXML",
    args: [networkXml],
  },
  {
    className: "Secret",
    from: "Connection",
    ours: "secretDefineXML",
    theirs: "secretDefineXML",
    args: [secretXml],
  },
  {
    className: "NWFilter",
    from: "Connection",
    ours: "nwFilterDefineXML",
    theirs: "nwfilterDefineXML",
    args: [filterXml],
  },
  {
    className: "Interface",
    from: "Connection",
    ours: "interfaceLookupByName",
    theirs: "interfaceLookupByName",
    args: ["eth1"],
  },
  {
    className: "NodeDevice",
    from: "Connection",
    ours: "nodeDeviceLookupByName",
    theirs: "nodeDeviceLookupByName",
    args: ["computer"],
  },
  {
    className: "DomainSnapshot",
    from: "Domain",
    ours: "snapshotCreateXML",
    theirs: "snapshotCreateXML",
    args: ["<domainsnapshot><name>snap</name></domainsnapshot>"],
  },
];

/** Makes what the driver can make. */
export async function makeObjects(
  driver: "qemu" | "test",
  conn: Connection,
  oracle: Oracle,
): Promise<Objects> {
  const xml = (driver === "qemu" ? qemuDomainXml : testDomainXml)({ name: "subject", uuid: DOMAIN });
  const ours = new Map<string, object>([
    ["Connection", conn],
    ["Domain", await conn.domainDefineXML(xml)],
  ]);
  const theirs = new Map<string, OracleHandle>([["Domain", await oracle.call("conn", "defineXML", xml)]]);
  const make = async ({ className, from, ours: our, theirs: their, args }: Recipe): Promise<void> => {
    const maker = ours.get(from) as Readonly<
      Record<string, (...args: readonly unknown[]) => Promise<object>>
    >;
    const target = from === "Connection" ? "conn" : theirs.get(from);
    if (target === undefined) return;
    // Where one driver has no such objects, the other side has none either.
    const [a, b] = await Promise.allSettled([
      maker[our]?.(...args),
      oracle.call<OracleHandle>(target, their, ...args),
    ]);
    if (a.status !== b.status) throw new Error(`${className}: only one side could be made`);
    if (a.status === "fulfilled" && a.value !== undefined) ours.set(className, a.value);
    if (b.status === "fulfilled") theirs.set(className, b.value);
  };
  for (const recipe of RECIPES) await make(recipe);
  const pool = ours.get("StoragePool");
  if (pool !== undefined) await startPool(pool, theirs.get("StoragePool"), oracle);
  await make({
    className: "StorageVol",
    from: "StoragePool",
    ours: "storageVolCreateXML",
    theirs: "createXML",
    args: [volXml],
  });
  return { ours, theirs };
}

async function startPool(pool: object, theirs: OracleHandle | undefined, oracle: Oracle): Promise<void> {
  const ours = pool as { build(): Promise<void>; create(): Promise<void> };
  await ours.build();
  await ours.create();
  for (const method of ["build", "create"]) await oracle.call(theirs ?? "conn", method, 0);
}
