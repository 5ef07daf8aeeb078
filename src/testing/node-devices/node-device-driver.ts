import {
  ErrorDomain,
  ErrorNumber,
  NodeDeviceEventLifecycleType as Event,
  NodeDeviceEventID,
} from "../../protocol/generated/constants/index.js";
import {
  REMOTE_PROC_CONNECT_LIST_ALL_NODE_DEVICES,
  REMOTE_PROC_NODE_DEVICE_CREATE_XML,
  REMOTE_PROC_NODE_DEVICE_DESTROY,
  REMOTE_PROC_NODE_DEVICE_EVENT_LIFECYCLE,
  REMOTE_PROC_NODE_DEVICE_GET_PARENT,
  REMOTE_PROC_NODE_DEVICE_GET_XML_DESC,
  REMOTE_PROC_NODE_DEVICE_IS_ACTIVE,
  REMOTE_PROC_NODE_DEVICE_IS_PERSISTENT,
  REMOTE_PROC_NODE_DEVICE_LIST_CAPS,
  REMOTE_PROC_NODE_DEVICE_LOOKUP_BY_NAME,
  REMOTE_PROC_NODE_DEVICE_LOOKUP_SCSI_HOST_BY_WWN,
  REMOTE_PROC_NODE_DEVICE_NUM_OF_CAPS,
  REMOTE_PROC_NODE_LIST_DEVICES,
  REMOTE_PROC_NODE_NUM_OF_DEVICES,
} from "../../protocol/generated/remote/index.js";
import type { EventBoard } from "../event-board.js";
import { ObjectTable } from "../object-table.js";
import { checkFlags, refuse } from "../refuse.js";
import { handle, type TestRoute } from "../session.js";
import { readDocument, type XmlElement } from "../xml/index.js";

interface TestNodeDevice {
  readonly name: string;
  readonly document: XmlElement;
}

/** Kinds of device by the bit that asks for them: `VIR_CONNECT_LIST_NODE_DEVICES_CAP_*`. */
const KINDS = (
  "system pci usb_device usb net scsi_host scsi_target scsi storage fc_host vports scsi_generic drm mdev_types mdev " +
  "ccw css vdpa ap_card ap_queue ap_matrix vpd ccwgroup_dev ccwgroup_member"
).split(" ");
/** `VIR_NODE_DEVICE_CREATE_XML_VALIDATE`: nothing is validated here. */
const VALIDATE = 1;
/** Which state a device is in: all of these are active. */
const STATES = { INACTIVE: 0x4000_0000, ACTIVE: 0x8000_0000 } as const;

/** libvirt's test driver makes no other: the next one takes the place of the one before. */
const NEW_NAME = "scsi_host12";
const TEMPLATE = "scsi_host11";

/** The capability of an adapter to have virtual ports. */
const VPORTS = "vport_ops";

const capabilities = ({ document }: TestNodeDevice): XmlElement[] => document.elements("capability");
const typesOf = (device: TestNodeDevice): string[] =>
  capabilities(device).map((each) => each.get("type") ?? "");
/** What lists are filtered by: capabilities of capabilities count as well. */
const kindsOf = (device: TestNodeDevice): string[] => [
  ...typesOf(device),
  ...capabilities(device)
    .flatMap((each) => each.elements("capability"))
    .map((each) => each.get("type") ?? "")
    .map((type) => (type === VPORTS ? "vports" : type)),
];

/** Devices of the host. */
export class NodeDeviceDriver {
  readonly routes: readonly TestRoute[];
  private readonly board: EventBoard;
  private readonly table = new ObjectTable<TestNodeDevice>();

  constructor(board: EventBoard) {
    this.board = board;
    this.routes = [...this.lookups(), ...this.lives()];
  }

  seed(xml: string): void {
    const document = readDocument(xml, "device", ErrorDomain.NODEDEV);
    this.table.add({ name: document.textOf("name") ?? "", document });
  }

  /** What {@link seed} would take to put the same here. */
  keep(): readonly string[] {
    return Array.from(this.table, ({ document }) => document.format());
  }

  private get(name: string): TestNodeDevice {
    const device = this.table.named(name);
    if (device !== undefined) return device;
    const detail = `no node device with matching name '${name}'`;
    throw refuse(ErrorNumber.NO_NODE_DEVICE, ErrorDomain.TEST, detail);
  }

  private lookups(): TestRoute[] {
    const names = (cap: string | undefined): string[] =>
      Array.from(this.table)
        .filter((device) => cap === undefined || kindsOf(device).includes(cap))
        .map(({ name }) => name);
    return [
      handle(REMOTE_PROC_NODE_NUM_OF_DEVICES, ({ cap }) => ({ num: names(cap).length })),
      handle(REMOTE_PROC_NODE_LIST_DEVICES, ({ cap, maxnames }) => ({
        names: names(cap).slice(0, maxnames),
      })),
      handle(REMOTE_PROC_CONNECT_LIST_ALL_NODE_DEVICES, ({ needResults, flags }) => {
        const listed = Array.from(this.table).filter((device) => passes(device, flags));
        return { devices: needResults === 0 ? [] : listed.map(({ name }) => ({ name })), ret: listed.length };
      }),
      handle(REMOTE_PROC_NODE_DEVICE_LOOKUP_BY_NAME, ({ name }) => ({ dev: { name: this.get(name).name } })),
      handle(REMOTE_PROC_NODE_DEVICE_LOOKUP_SCSI_HOST_BY_WWN, ({ wwnn, wwpn }) => {
        const device = Array.from(this.table).find((each) =>
          capabilities(each).some((capability) => isHost(capability, wwnn, wwpn)),
        );
        if (device === undefined) throw refuse(ErrorNumber.NO_NODE_DEVICE, ErrorDomain.NODEDEV);
        return { dev: { name: device.name } };
      }),
      handle(REMOTE_PROC_NODE_DEVICE_GET_XML_DESC, ({ name, flags }) => {
        checkFlags(flags, 0, "testNodeDeviceGetXMLDesc");
        return { xml: this.get(name).document.format() };
      }),
      handle(REMOTE_PROC_NODE_DEVICE_GET_PARENT, ({ name }) => ({
        parentName: this.get(name).document.textOf("parent"),
      })),
      handle(REMOTE_PROC_NODE_DEVICE_NUM_OF_CAPS, ({ name }) => ({ num: typesOf(this.get(name)).length })),
      handle(REMOTE_PROC_NODE_DEVICE_LIST_CAPS, ({ name, maxnames }) => ({
        names: typesOf(this.get(name)).slice(0, maxnames),
      })),
      handle(REMOTE_PROC_NODE_DEVICE_IS_ACTIVE, ({ name }) => {
        this.get(name);
        return { active: 1 };
      }),
      handle(REMOTE_PROC_NODE_DEVICE_IS_PERSISTENT, ({ name }) => {
        this.get(name);
        return { persistent: 1 };
      }),
    ];
  }

  private lives(): TestRoute[] {
    return [
      handle(REMOTE_PROC_NODE_DEVICE_CREATE_XML, ({ xmlDesc, flags }) => {
        checkFlags(flags, VALIDATE, "testNodeDeviceCreateXML");
        return { dev: { name: this.create(xmlDesc).name } };
      }),
      handle(REMOTE_PROC_NODE_DEVICE_DESTROY, ({ name }) => {
        const device = this.get(name);
        this.table.delete(device);
        this.tell(device, Event.DELETED);
      }),
    ];
  }

  /** Makes a virtual port: an adapter below another, with names of its own. */
  private create(xml: string): TestNodeDevice {
    const { parent, wwnn, wwpn } = readVirtualPort(xml);
    this.checkParent(parent);
    const document = this.get(TEMPLATE).document.clone();
    document.ensure("name").text = NEW_NAME;
    const port = document.ensure("capability/capability");
    port.ensure("wwnn").text = wwnn;
    port.ensure("wwpn").text = wwpn;
    const device = { name: NEW_NAME, document };
    const old = this.table.named(NEW_NAME);
    if (old !== undefined) this.table.delete(old);
    this.table.add(device);
    this.tell(device, Event.CREATED);
    return device;
  }

  /** Without a name, any device will do that can have virtual ports. */
  private checkParent(name: string | undefined): void {
    const capable = (device: TestNodeDevice): boolean => kindsOf(device).includes("vports");
    const parent = name === undefined ? Array.from(this.table).find(capable) : this.table.named(name);
    if (parent === undefined) throw internal("Could not find parent device for 'new device'");
    if (!capable(parent)) {
      throw internal(`Parent device ${parent.name} is not capable of vport operations`);
    }
  }

  private tell({ name }: TestNodeDevice, event: number): void {
    this.board.tell({
      subject: "nodeDevice",
      event: NodeDeviceEventID.LIFECYCLE,
      object: name,
      procedure: REMOTE_PROC_NODE_DEVICE_EVENT_LIFECYCLE,
      message: (callbackID) => ({ callbackID, dev: { name }, event, detail: 0 }),
    });
  }
}

function passes(device: TestNodeDevice, flags: number): boolean {
  const states = flags & (STATES.ACTIVE | STATES.INACTIVE);
  if (states === STATES.INACTIVE) return false;
  const kinds = KINDS.filter((_, bit) => (flags & (1 << bit)) !== 0);
  return kinds.length === 0 || kindsOf(device).some((kind) => kinds.includes(kind));
}

function isHost(capability: XmlElement, wwnn: string, wwpn: string): boolean {
  return capability
    .elements("capability")
    .some((each) => each.textOf("wwnn") === wwnn && each.textOf("wwpn") === wwpn);
}

interface VirtualPort {
  readonly parent: string | undefined;
  readonly wwnn: string;
  readonly wwpn: string;
}

function readVirtualPort(xml: string): VirtualPort {
  const wanted = readDocument(xml, "device", ErrorDomain.NODEDEV);
  const capability = wanted.find("capability");
  if (capability === undefined) throw internal("no device capabilities for 'new device'");
  const host = capability.elements("capability").find((each) => each.get("type") === "fc_host");
  if (host === undefined) throw internal("Device is not a fibre channel HBA");
  const [wwnn, wwpn] = ["wwnn", "wwpn"].map((which) => {
    const name = host.textOf(which);
    if (name !== undefined) return name;
    throw internal(`no ${which.toUpperCase()} supplied for 'new device', and auto-generation failed`);
  });
  return { parent: wanted.textOf("parent"), wwnn: wwnn ?? "", wwpn: wwpn ?? "" };
}

function internal(detail: string): Error {
  return refuse(ErrorNumber.INTERNAL_ERROR, ErrorDomain.NODEDEV, detail);
}
