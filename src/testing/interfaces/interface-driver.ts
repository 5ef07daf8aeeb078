import { ErrorDomain, ErrorNumber } from "../../protocol/generated/constants/index.js";
import {
  REMOTE_PROC_CONNECT_LIST_ALL_INTERFACES,
  REMOTE_PROC_CONNECT_LIST_DEFINED_INTERFACES,
  REMOTE_PROC_CONNECT_LIST_INTERFACES,
  REMOTE_PROC_CONNECT_NUM_OF_DEFINED_INTERFACES,
  REMOTE_PROC_CONNECT_NUM_OF_INTERFACES,
  REMOTE_PROC_INTERFACE_CHANGE_BEGIN,
  REMOTE_PROC_INTERFACE_CHANGE_COMMIT,
  REMOTE_PROC_INTERFACE_CHANGE_ROLLBACK,
  REMOTE_PROC_INTERFACE_CREATE,
  REMOTE_PROC_INTERFACE_DEFINE_XML,
  REMOTE_PROC_INTERFACE_DESTROY,
  REMOTE_PROC_INTERFACE_GET_XML_DESC,
  REMOTE_PROC_INTERFACE_IS_ACTIVE,
  REMOTE_PROC_INTERFACE_LOOKUP_BY_MAC_STRING,
  REMOTE_PROC_INTERFACE_LOOKUP_BY_NAME,
  REMOTE_PROC_INTERFACE_UNDEFINE,
  type RemoteNonnullInterface,
} from "../../protocol/generated/remote/index.js";
import { passesFilters } from "../filters.js";
import { ObjectTable } from "../object-table.js";
import { checkFlags, refuse } from "../refuse.js";
import { handle, type TestRoute } from "../session.js";
import { readDocument, type XmlElement } from "../xml/index.js";

/** A network interface of the host. */
interface TestInterface {
  readonly name: string;
  config: XmlElement;
  active: boolean;
}

const TYPES = new Set(["ethernet", "bridge", "bond", "vlan"]);
const ELEMENTS = ["start", "mtu", "protocol", "bridge", "bond", "vlan", "link", "mac"];
const ALL_FILTERS = 3;
/** Schemas are not looked at: what cannot be read is refused in any case. */
const VALIDATE = 1;

/** The one interface of `test:///default`, as libvirt has it. */
export const DEFAULT_INTERFACE = `
<interface type="ethernet" name="eth1">
  <start mode="onboot"/>
  <mac address="aa:bb:cc:dd:ee:ff"/>
  <mtu size="1492"/>
  <protocol family="ipv4">
    <ip address="192.168.0.5" prefix="24"/>
    <route gateway="192.168.0.1"/>
  </protocol>
</interface>`;

function macOf(document: XmlElement): string {
  return document.get("address", "mac") ?? "";
}

/** Interfaces of the host, and changes of them that can be taken back. */
export class InterfaceDriver {
  readonly routes: readonly TestRoute[];
  private table = new ObjectTable<TestInterface>();
  /** What there was when the changes began. */
  private before: readonly TestInterface[] | undefined;

  constructor() {
    this.routes = [...this.lookups(), ...this.lives(), ...this.changes()];
  }

  seed(xml: string, { running = true }: { readonly running?: boolean } = {}): void {
    const config = readInterface(xml);
    this.table.add({ name: config.get("name") ?? "", config, active: running });
  }

  /** What {@link seed} would take to put the same here. */
  keep(): readonly { readonly xml: string; readonly running: boolean }[] {
    return Array.from(this.table, ({ config, active }) => ({ xml: config.format(), running: active }));
  }

  private get({ name }: RemoteNonnullInterface): TestInterface {
    return found(this.table.named(name), `name '${name}'`);
  }

  private lookups(): TestRoute[] {
    const told = (each: TestInterface): RemoteNonnullInterface => ({
      name: each.name,
      mac: macOf(each.config),
    });
    const names = (active: boolean): string[] =>
      Array.from(this.table)
        .filter((each) => each.active === active)
        .map(({ name }) => name);
    return [
      handle(REMOTE_PROC_INTERFACE_LOOKUP_BY_NAME, ({ name }) => ({
        iface: told(found(this.table.named(name), `name '${name}'`)),
      })),
      handle(REMOTE_PROC_INTERFACE_LOOKUP_BY_MAC_STRING, ({ mac }) => {
        const same = Array.from(this.table).filter(({ config }) => macOf(config) === mac.toLowerCase());
        if (same.length > 1) {
          throw refuse(
            ErrorNumber.MULTIPLE_INTERFACES,
            ErrorDomain.TEST,
            "multiple interfaces with matching mac",
          );
        }
        return { iface: told(found(same[0], `mac '${mac}'`)) };
      }),
      handle(REMOTE_PROC_CONNECT_NUM_OF_INTERFACES, () => ({ num: names(true).length })),
      handle(REMOTE_PROC_CONNECT_NUM_OF_DEFINED_INTERFACES, () => ({ num: names(false).length })),
      handle(REMOTE_PROC_CONNECT_LIST_INTERFACES, ({ maxnames }) => ({
        names: names(true).slice(0, maxnames),
      })),
      handle(REMOTE_PROC_CONNECT_LIST_DEFINED_INTERFACES, ({ maxnames }) => ({
        names: names(false).slice(0, maxnames),
      })),
      handle(REMOTE_PROC_CONNECT_LIST_ALL_INTERFACES, ({ needResults, flags }) => {
        checkFlags(flags, ALL_FILTERS, "testConnectListAllInterfaces");
        const listed = Array.from(this.table).filter(({ active }) =>
          passesFilters(flags, [
            [
              [1, !active],
              [2, active],
            ],
          ]),
        );
        return { ifaces: needResults === 0 ? [] : listed.map(told), ret: listed.length };
      }),
      handle(REMOTE_PROC_INTERFACE_IS_ACTIVE, ({ iface }) => ({ active: Number(this.get(iface).active) })),
      handle(REMOTE_PROC_INTERFACE_GET_XML_DESC, ({ iface, flags }) => {
        checkFlags(flags, 0, "testInterfaceGetXMLDesc");
        return { xml: this.get(iface).config.format() };
      }),
    ];
  }

  private lives(): TestRoute[] {
    return [
      handle(REMOTE_PROC_INTERFACE_DEFINE_XML, ({ xml, flags }) => {
        checkFlags(flags, VALIDATE, "testInterfaceDefineXML");
        const config = readInterface(xml);
        const name = config.get("name") ?? "";
        const old = this.table.named(name);
        if (old === undefined) this.table.add({ name, config, active: false });
        else old.config = config;
        return { iface: { name, mac: macOf(config) } };
      }),
      handle(REMOTE_PROC_INTERFACE_UNDEFINE, ({ iface }) => this.table.delete(this.get(iface))),
      handle(REMOTE_PROC_INTERFACE_CREATE, ({ iface, flags }) => {
        checkFlags(flags, 0, "testInterfaceCreate");
        this.change(iface, true);
      }),
      handle(REMOTE_PROC_INTERFACE_DESTROY, ({ iface, flags }) => {
        checkFlags(flags, 0, "testInterfaceDestroy");
        this.change(iface, false);
      }),
    ];
  }

  private change(iface: RemoteNonnullInterface, active: boolean): void {
    const found = this.get(iface);
    if (found.active === active) throw refuse(ErrorNumber.OPERATION_INVALID, ErrorDomain.TEST);
    found.active = active;
  }

  private changes(): TestRoute[] {
    const no = (detail: string): Error => refuse(ErrorNumber.OPERATION_INVALID, ErrorDomain.TEST, detail);
    return [
      handle(REMOTE_PROC_INTERFACE_CHANGE_BEGIN, ({ flags }) => {
        checkFlags(flags, 0, "testInterfaceChangeBegin");
        if (this.before !== undefined) throw no("there is another transaction running.");
        this.before = Array.from(this.table, (each) => ({ ...each, config: each.config.clone() }));
      }),
      handle(REMOTE_PROC_INTERFACE_CHANGE_COMMIT, ({ flags }) => {
        checkFlags(flags, 0, "testInterfaceChangeCommit");
        if (this.before === undefined) throw no("no transaction running, nothing to be committed.");
        this.before = undefined;
      }),
      handle(REMOTE_PROC_INTERFACE_CHANGE_ROLLBACK, ({ flags }) => {
        checkFlags(flags, 0, "testInterfaceChangeRollback");
        if (this.before === undefined) throw no("no transaction running, nothing to rollback.");
        this.table = new ObjectTable<TestInterface>();
        for (const each of this.before) this.table.add(each);
        this.before = undefined;
      }),
    ];
  }
}

function found(each: TestInterface | undefined, what: string): TestInterface {
  if (each !== undefined) return each;
  throw refuse(ErrorNumber.NO_INTERFACE, ErrorDomain.TEST, `no interface with matching ${what}`);
}

function readInterface(text: string): XmlElement {
  const element = readDocument(text, "interface", ErrorDomain.INTERFACE);
  const type = element.get("type") ?? "";
  if (!TYPES.has(type)) {
    const detail = `Invalid value for attribute 'type' in element 'interface': '${type}'.`;
    throw refuse(ErrorNumber.XML_ERROR, ErrorDomain.XML, detail);
  }
  if ((element.get("name") ?? "") === "") {
    throw refuse(ErrorNumber.XML_ERROR, ErrorDomain.INTERFACE, "interface has no name");
  }
  return element.sort(["type", "name"], ELEMENTS);
}
