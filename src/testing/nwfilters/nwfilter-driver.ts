import { ErrorDomain, ErrorNumber } from "../../protocol/generated/constants/index.js";
import {
  REMOTE_PROC_CONNECT_LIST_ALL_NWFILTER_BINDINGS,
  REMOTE_PROC_CONNECT_LIST_ALL_NWFILTERS,
  REMOTE_PROC_CONNECT_LIST_NWFILTERS,
  REMOTE_PROC_CONNECT_NUM_OF_NWFILTERS,
  REMOTE_PROC_NWFILTER_BINDING_CREATE_XML,
  REMOTE_PROC_NWFILTER_BINDING_DELETE,
  REMOTE_PROC_NWFILTER_BINDING_GET_XML_DESC,
  REMOTE_PROC_NWFILTER_BINDING_LOOKUP_BY_PORT_DEV,
  REMOTE_PROC_NWFILTER_DEFINE_XML,
  REMOTE_PROC_NWFILTER_DEFINE_XML_FLAGS,
  REMOTE_PROC_NWFILTER_GET_XML_DESC,
  REMOTE_PROC_NWFILTER_LOOKUP_BY_NAME,
  REMOTE_PROC_NWFILTER_LOOKUP_BY_UUID,
  REMOTE_PROC_NWFILTER_UNDEFINE,
  type RemoteNonnullNwfilter,
  type RemoteNonnullNwfilterBinding,
} from "../../protocol/generated/remote/index.js";
import { ObjectTable } from "../object-table.js";
import { refuse } from "../refuse.js";
import { handle, type TestRoute } from "../session.js";
import { readDocument, type XmlElement } from "../xml/index.js";
import { type FilterConfig, readFilter } from "./document.js";

interface TestFilter {
  readonly name: string;
  readonly uuid: string;
  config: FilterConfig;
}

interface TestBinding {
  /** The device of the host that the filter is bound to. */
  readonly name: string;
  readonly filter: string;
  readonly document: XmlElement;
}

const no = (number: number, detail: string): Error => refuse(number, ErrorDomain.NWFILTER, detail);

/** Packet filters and what they are bound to, as libvirt's nwfilter driver keeps them: its test driver has none. */
export class NwfilterDriver {
  readonly routes: readonly TestRoute[];
  private readonly filters = new ObjectTable<TestFilter>();
  private readonly bindings = new ObjectTable<TestBinding>();

  constructor() {
    this.routes = [...this.filterRoutes(), ...this.bindingRoutes()];
  }

  private filterRoutes(): TestRoute[] {
    const { filters } = this;
    const told = ({ name, uuid }: TestFilter): RemoteNonnullNwfilter => ({ name, uuid });
    const found = (filter: TestFilter | undefined, what: string): TestFilter => {
      if (filter === undefined) throw no(ErrorNumber.NO_NWFILTER, `no nwfilter with matching ${what}`);
      return filter;
    };
    const get = ({ uuid }: RemoteNonnullNwfilter): TestFilter =>
      found(filters.withUuid(uuid), `uuid '${uuid}'`);
    return [
      handle(REMOTE_PROC_CONNECT_NUM_OF_NWFILTERS, () => ({ num: filters.size })),
      handle(REMOTE_PROC_CONNECT_LIST_NWFILTERS, ({ maxnames }) => ({
        names: Array.from(filters, ({ name }) => name).slice(0, maxnames),
      })),
      handle(REMOTE_PROC_CONNECT_LIST_ALL_NWFILTERS, ({ needResults }) => ({
        filters: needResults === 0 ? [] : Array.from(filters, told),
        ret: filters.size,
      })),
      handle(REMOTE_PROC_NWFILTER_LOOKUP_BY_NAME, ({ name }) => ({
        nwfilter: told(found(filters.named(name), `name '${name}'`)),
      })),
      handle(REMOTE_PROC_NWFILTER_LOOKUP_BY_UUID, ({ uuid }) => ({
        nwfilter: told(found(filters.withUuid(uuid), `uuid '${uuid}'`)),
      })),
      handle(REMOTE_PROC_NWFILTER_GET_XML_DESC, ({ nwfilter }) => ({
        xml: get(nwfilter).config.document.format(),
      })),
      handle(REMOTE_PROC_NWFILTER_DEFINE_XML, ({ xml }) => ({ nwfilter: told(this.define(xml)) })),
      handle(REMOTE_PROC_NWFILTER_DEFINE_XML_FLAGS, ({ xml }) => ({ nwfilter: told(this.define(xml)) })),
      handle(REMOTE_PROC_NWFILTER_UNDEFINE, ({ nwfilter }) => {
        const filter = get(nwfilter);
        if (Array.from(this.bindings).some((binding) => binding.filter === filter.name)) {
          throw no(ErrorNumber.OPERATION_INVALID, "nwfilter is in use");
        }
        filters.delete(filter);
      }),
    ];
  }

  private bindingRoutes(): TestRoute[] {
    const { bindings } = this;
    const told = ({ name, filter }: TestBinding): RemoteNonnullNwfilterBinding => ({
      portdev: name,
      filtername: filter,
    });
    const get = (name: string): TestBinding => {
      const binding = bindings.named(name);
      if (binding !== undefined) return binding;
      throw no(ErrorNumber.NO_NWFILTER_BINDING, `no nwfilter binding for port dev '${name}'`);
    };
    return [
      handle(REMOTE_PROC_CONNECT_LIST_ALL_NWFILTER_BINDINGS, ({ needResults }) => ({
        bindings: needResults === 0 ? [] : Array.from(bindings, told),
        ret: bindings.size,
      })),
      handle(REMOTE_PROC_NWFILTER_BINDING_LOOKUP_BY_PORT_DEV, ({ name }) => ({ nwfilter: told(get(name)) })),
      handle(REMOTE_PROC_NWFILTER_BINDING_GET_XML_DESC, ({ nwfilter }) => ({
        xml: get(nwfilter.portdev).document.format(),
      })),
      handle(REMOTE_PROC_NWFILTER_BINDING_CREATE_XML, ({ xml }) => {
        const document = readDocument(xml, "filterbinding", ErrorDomain.NWFILTER);
        const name = document.get("name", "portdev") ?? "";
        const filter = document.get("filter", "filterref") ?? "";
        if (name === "" || filter === "") {
          throw no(ErrorNumber.INTERNAL_ERROR, "filter binding has no port dev or no filter");
        }
        if (bindings.named(name) !== undefined) {
          throw no(ErrorNumber.OPERATION_INVALID, `binding '${name}' already exists`);
        }
        const binding = { name, filter, document };
        bindings.add(binding);
        return { nwfilter: told(binding) };
      }),
      handle(REMOTE_PROC_NWFILTER_BINDING_DELETE, ({ nwfilter }) => bindings.delete(get(nwfilter.portdev))),
    ];
  }

  /** What {@link seed} would take to put the same here. */
  keep(): readonly string[] {
    return Array.from(this.filters, ({ config }) => config.document.format());
  }

  /** Puts a filter here, as if it had always been. */
  seed(xml: string): void {
    this.define(xml);
  }

  private define(xml: string): TestFilter {
    const config = readFilter(xml);
    const { name, uuid } = config;
    const exists = (detail: string): Error => no(ErrorNumber.OPERATION_FAILED, detail);
    const same = this.filters.withUuid(uuid);
    const old = this.filters.named(name);
    if (same !== undefined && same !== old) {
      throw exists(`filter with same UUID but different name ('${same.name}') already exists`);
    }
    if (old !== undefined && old !== same) {
      throw exists(`filter '${name}' already exists with uuid ${old.uuid}`);
    }
    if (this.includes(config, name)) throw exists("filter would introduce a loop");
    const filter = old ?? { name, uuid, config };
    filter.config = config;
    if (old === undefined) this.filters.add(filter);
    return filter;
  }

  /** Whether a filter of this name is among those that a filter includes, and they include, and so on. */
  private includes(config: FilterConfig, name: string): boolean {
    const seen = new Set<string>();
    const open = [...config.includes];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (next === name) return true;
      if (seen.has(next)) continue;
      seen.add(next);
      open.push(...(this.filters.named(next)?.config.includes ?? []));
    }
    return false;
  }
}
