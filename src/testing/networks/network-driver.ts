import {
  ErrorDomain,
  ErrorNumber,
  NetworkEventLifecycleType as Event,
  NetworkEventID,
} from "../../protocol/generated/constants/index.js";
import {
  REMOTE_PROC_CONNECT_LIST_ALL_NETWORKS,
  REMOTE_PROC_CONNECT_LIST_DEFINED_NETWORKS,
  REMOTE_PROC_CONNECT_LIST_NETWORKS,
  REMOTE_PROC_CONNECT_NUM_OF_DEFINED_NETWORKS,
  REMOTE_PROC_CONNECT_NUM_OF_NETWORKS,
  REMOTE_PROC_NETWORK_CREATE,
  REMOTE_PROC_NETWORK_CREATE_XML,
  REMOTE_PROC_NETWORK_CREATE_XML_FLAGS,
  REMOTE_PROC_NETWORK_DEFINE_XML,
  REMOTE_PROC_NETWORK_DEFINE_XML_FLAGS,
  REMOTE_PROC_NETWORK_DESTROY,
  REMOTE_PROC_NETWORK_EVENT_CALLBACK_METADATA_CHANGE,
  REMOTE_PROC_NETWORK_EVENT_LIFECYCLE,
  REMOTE_PROC_NETWORK_GET_AUTOSTART,
  REMOTE_PROC_NETWORK_GET_BRIDGE_NAME,
  REMOTE_PROC_NETWORK_GET_METADATA,
  REMOTE_PROC_NETWORK_GET_XML_DESC,
  REMOTE_PROC_NETWORK_IS_ACTIVE,
  REMOTE_PROC_NETWORK_IS_PERSISTENT,
  REMOTE_PROC_NETWORK_LOOKUP_BY_NAME,
  REMOTE_PROC_NETWORK_LOOKUP_BY_UUID,
  REMOTE_PROC_NETWORK_SET_AUTOSTART,
  REMOTE_PROC_NETWORK_SET_METADATA,
  REMOTE_PROC_NETWORK_UNDEFINE,
  REMOTE_PROC_NETWORK_UPDATE,
  type RemoteNonnullNetwork,
} from "../../protocol/generated/remote/index.js";
import type { AddressPlan } from "../domains/index.js";
import type { EventBoard } from "../event-board.js";
import { passesFilters, type StartableSeed, startableGroups } from "../filters.js";
import { ObjectTable } from "../object-table.js";
import { checkFlags, refuse } from "../refuse.js";
import { handle, type TestRoute } from "../session.js";
import { getMetadata, setMetadata } from "../xml/index.js";
import { placeElements, readNetwork } from "./document.js";
import { AFFECT, TestNetwork } from "./network.js";
import { prefixOf } from "./prefix.js";
import { updateNetwork } from "./update.js";

const INACTIVE_XML = 1;
/** Schemas are not looked at: what cannot be read is refused in any case. */
const VALIDATE = 1;
const ALL_FILTERS = 0x3f;

/** The one network of `test:///default`, as libvirt has it. */
export const DEFAULT_NETWORK = `
<network>
  <name>default</name>
  <uuid>dd8fe884-6c02-601e-7551-cca97df1c5df</uuid>
  <bridge name="virbr0"/>
  <forward/>
  <ip address="192.168.122.1" netmask="255.255.255.0">
    <dhcp><range start="192.168.122.2" end="192.168.122.254"/></dhcp>
  </ip>
</network>`;

/** Virtual networks. */
export class NetworkDriver implements AddressPlan {
  readonly routes: readonly TestRoute[];
  private readonly board: EventBoard;
  private readonly table = new ObjectTable<TestNetwork>();

  constructor(board: EventBoard) {
    this.board = board;
    this.routes = [...this.lookups(), ...this.lives(), ...this.documents()];
  }

  /** Puts a network here, as if it had always been; a running one unless told otherwise. */
  seed(xml: string, { running = true, autostart = false }: StartableSeed = {}): TestNetwork {
    const network = new TestNetwork(readNetwork(xml));
    network.autostart = autostart;
    network.persistent = true;
    if (running) network.live = network.config.clone();
    this.table.add(network);
    return network;
  }

  /** What {@link seed} would take to put the same here: a network that is not persistent does not last. */
  keep(): readonly ({ readonly xml: string } & StartableSeed)[] {
    return Array.from(this.table)
      .filter(({ persistent }) => persistent)
      .map(({ config, active, autostart }) => ({ xml: config.format(), running: active, autostart }));
  }

  firstAddress(name: string): ReturnType<AddressPlan["firstAddress"]> {
    const ip = this.table.named(name)?.current.find("ip");
    const address = ip?.get("start", "dhcp/range");
    if (ip === undefined || address === undefined) return undefined;
    return { address, prefix: Number(ip.get("prefix") ?? prefixOf(ip.get("netmask"))) };
  }

  private get({ uuid }: RemoteNonnullNetwork): TestNetwork {
    return this.found(this.table.withUuid(uuid), `uuid '${uuid}'`);
  }

  private found(network: TestNetwork | undefined, what: string): TestNetwork {
    if (network !== undefined) return network;
    throw refuse(ErrorNumber.NO_NETWORK, ErrorDomain.TEST, `no network with matching ${what}`);
  }

  private lookups(): TestRoute[] {
    const { table } = this;
    const told = (network: TestNetwork): { net: RemoteNonnullNetwork } => ({ net: network.handle });
    const names = (active: boolean, most: number): string[] =>
      Array.from(table)
        .filter((network) => network.active === active)
        .slice(0, most)
        .map(({ name }) => name);
    return [
      handle(REMOTE_PROC_NETWORK_LOOKUP_BY_NAME, ({ name }) =>
        told(this.found(table.named(name), `name '${name}'`)),
      ),
      handle(REMOTE_PROC_NETWORK_LOOKUP_BY_UUID, ({ uuid }) =>
        told(this.found(table.withUuid(uuid), `uuid '${uuid}'`)),
      ),
      handle(REMOTE_PROC_CONNECT_NUM_OF_NETWORKS, () => ({ num: names(true, table.size).length })),
      handle(REMOTE_PROC_CONNECT_NUM_OF_DEFINED_NETWORKS, () => ({ num: names(false, table.size).length })),
      handle(REMOTE_PROC_CONNECT_LIST_NETWORKS, ({ maxnames }) => ({ names: names(true, maxnames) })),
      handle(REMOTE_PROC_CONNECT_LIST_DEFINED_NETWORKS, ({ maxnames }) => ({
        names: names(false, maxnames),
      })),
      handle(REMOTE_PROC_CONNECT_LIST_ALL_NETWORKS, ({ needResults, flags }) => {
        checkFlags(flags, ALL_FILTERS, "testConnectListAllNetworks");
        const listed = Array.from(table).filter((each) => passesFilters(flags, startableGroups(each)));
        return { nets: needResults === 0 ? [] : listed.map((each) => each.handle), ret: listed.length };
      }),
      handle(REMOTE_PROC_NETWORK_IS_ACTIVE, ({ net }) => ({ active: Number(this.get(net).active) })),
      handle(REMOTE_PROC_NETWORK_IS_PERSISTENT, ({ net }) => ({
        persistent: Number(this.get(net).persistent),
      })),
    ];
  }

  private lives(): TestRoute[] {
    return [
      handle(REMOTE_PROC_NETWORK_DEFINE_XML, ({ xml }) => this.define(xml)),
      handle(REMOTE_PROC_NETWORK_DEFINE_XML_FLAGS, ({ xml, flags }) => {
        checkFlags(flags, VALIDATE, "testNetworkDefineXMLFlags");
        return this.define(xml);
      }),
      handle(REMOTE_PROC_NETWORK_CREATE_XML, ({ xml }) => this.createXml(xml)),
      handle(REMOTE_PROC_NETWORK_CREATE_XML_FLAGS, ({ xml, flags }) => {
        checkFlags(flags, VALIDATE, "testNetworkCreateXMLFlags");
        return this.createXml(xml);
      }),
      handle(REMOTE_PROC_NETWORK_CREATE, ({ net }) => {
        const network = this.get(net);
        if (network.active) throw no(`Network '${network.name}' is already running`);
        network.live = network.config.clone();
        this.tell(network, Event.STARTED);
      }),
      handle(REMOTE_PROC_NETWORK_DESTROY, ({ net }) => {
        const network = this.get(net);
        network.live = undefined;
        this.tell(network, Event.STOPPED);
        if (!network.persistent) this.table.delete(network);
      }),
      handle(REMOTE_PROC_NETWORK_UNDEFINE, ({ net }) => {
        const network = this.get(net);
        if (network.active) throw no(`Network '${network.name}' is still running`);
        this.table.delete(network);
        this.tell(network, Event.UNDEFINED);
      }),
      handle(REMOTE_PROC_NETWORK_GET_AUTOSTART, ({ net }) => ({
        autostart: Number(this.get(net).autostart),
      })),
      handle(REMOTE_PROC_NETWORK_SET_AUTOSTART, ({ net, autostart }) => {
        this.get(net).autostart = autostart !== 0;
      }),
    ];
  }

  private documents(): TestRoute[] {
    const { NETWORK } = ErrorDomain;
    return [
      handle(REMOTE_PROC_NETWORK_GET_XML_DESC, ({ net, flags }) => {
        checkFlags(flags, INACTIVE_XML, "testNetworkGetXMLDesc");
        const network = this.get(net);
        return { xml: ((flags & INACTIVE_XML) !== 0 ? network.config : network.current).format() };
      }),
      handle(REMOTE_PROC_NETWORK_GET_BRIDGE_NAME, ({ net }) => {
        const network = this.get(net);
        const name = network.current.get("name", "bridge");
        if (name !== undefined) return { name };
        const detail = `network '${network.name}' does not have a bridge name.`;
        throw refuse(ErrorNumber.INTERNAL_ERROR, ErrorDomain.TEST, detail);
      }),
      handle(REMOTE_PROC_NETWORK_UPDATE, ({ net, flags, ...update }) => {
        checkFlags(flags, AFFECT.LIVE | AFFECT.CONFIG, "testNetworkUpdate");
        this.get(net).change(flags, (document) => updateNetwork(document, update));
      }),
      handle(REMOTE_PROC_NETWORK_SET_METADATA, ({ network: net, flags, ...change }) => {
        const network = this.get(net);
        const documents = network.affected(flags);
        setMetadata(documents, change, NETWORK, "virNetworkSetMetadata");
        for (const document of documents) placeElements(document);
        this.board.tell({
          subject: "network",
          event: NetworkEventID.METADATA_CHANGE,
          object: network.uuid,
          procedure: REMOTE_PROC_NETWORK_EVENT_CALLBACK_METADATA_CHANGE,
          message: (callbackID) => ({
            callbackID,
            net: network.handle,
            type: change.type,
            nsuri: change.uri,
          }),
        });
      }),
      handle(REMOTE_PROC_NETWORK_GET_METADATA, ({ network: net, type, uri = "", flags }) => {
        const document = this.get(net).affected(flags)[0] ?? this.get(net).config;
        const error = ErrorNumber.NO_NETWORK_METADATA;
        return { metadata: getMetadata(document, type, uri, error, NETWORK) };
      }),
    ];
  }

  private define(xml: string): { readonly net: RemoteNonnullNetwork } {
    const config = readNetwork(xml);
    const old = this.match(config.textOf("name") ?? "", config.textOf("uuid") ?? "");
    const network = old ?? new TestNetwork(config);
    if (old === undefined) this.table.add(network);
    network.config = config;
    network.persistent = true;
    this.tell(network, Event.DEFINED);
    return { net: network.handle };
  }

  private createXml(xml: string): { readonly net: RemoteNonnullNetwork } {
    const config = readNetwork(xml);
    const old = this.match(config.textOf("name") ?? "", config.textOf("uuid") ?? "");
    if (old?.active === true) {
      const detail = `network is already active as '${old.name}'`;
      throw refuse(ErrorNumber.OPERATION_INVALID, ErrorDomain.NETWORK, detail);
    }
    const network = old ?? new TestNetwork(config);
    if (old === undefined) this.table.add(network);
    network.live = config.clone();
    this.tell(network, Event.STARTED);
    return { net: network.handle };
  }

  /** The network that a document is about. @throws Refusal if name and UUID are of different ones. */
  private match(name: string, uuid: string): TestNetwork | undefined {
    const same = this.table.withUuid(uuid);
    const other = this.table.named(name);
    const taken = (detail: string): Error =>
      refuse(ErrorNumber.OPERATION_FAILED, ErrorDomain.NETWORK, detail);
    if (same !== undefined && same.name !== name) {
      throw taken(`network '${same.name}' is already defined with uuid ${uuid}`);
    }
    if (other !== undefined && same === undefined) {
      throw taken(`network '${name}' already exists with uuid ${other.uuid}`);
    }
    return same;
  }

  private tell(network: TestNetwork, event: number): void {
    this.board.tell({
      subject: "network",
      event: NetworkEventID.LIFECYCLE,
      object: network.uuid,
      procedure: REMOTE_PROC_NETWORK_EVENT_LIFECYCLE,
      message: (callbackID) => ({ callbackID, net: network.handle, event, detail: 0 }),
    });
  }
}

function no(detail: string): Error {
  return refuse(ErrorNumber.OPERATION_INVALID, ErrorDomain.TEST, detail);
}
