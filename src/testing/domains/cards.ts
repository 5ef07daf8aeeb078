import { ErrorDomain, ErrorNumber } from "../../protocol/generated/constants/index.js";
import {
  REMOTE_PROC_DOMAIN_GET_INTERFACE_PARAMETERS,
  REMOTE_PROC_DOMAIN_INTERFACE_ADDRESSES,
  REMOTE_PROC_DOMAIN_INTERFACE_STATS,
  REMOTE_PROC_DOMAIN_SET_INTERFACE_PARAMETERS,
  type RemoteDomainInterface,
} from "../../protocol/generated/remote/index.js";
import { microseconds, seconds } from "../clock.js";
import { refuse } from "../refuse.js";
import { handle, type TestRoute } from "../session.js";
import { answerParams, param } from "../typed-params.js";
import type { XmlElement } from "../xml/index.js";
import { BELOW } from "./device-order.js";
import type { TestDomain } from "./domain.js";
import type { DomainPark } from "./domain-park.js";

/** What a domain's network cards need to know of networks. */
export interface AddressPlan {
  /** The first address that a network hands out, and how long its prefix is; `undefined` if it hands out none. */
  firstAddress(network: string): { readonly address: string; readonly prefix: number } | undefined;
}

const RATES = [
  "inbound.average",
  "inbound.peak",
  "inbound.burst",
  "inbound.floor",
  "outbound.average",
  "outbound.peak",
  "outbound.burst",
];
const IPV4 = 0;

/** The network cards of a domain. */
export function cardsOf(document: XmlElement): XmlElement[] {
  return document.find("devices")?.elements("interface") ?? [];
}

/** Network cards: their traffic, and their addresses. */
export function cardRoutes(park: DomainPark, plan: AddressPlan): readonly TestRoute[] {
  return [
    handle(REMOTE_PROC_DOMAIN_INTERFACE_STATS, ({ dom, device }) => {
      find(park.active(dom).current, device);
      const time = microseconds();
      const errors = seconds();
      return {
        rxBytes: time / 10n,
        rxPackets: time / 100n,
        rxErrs: errors,
        rxDrop: errors / 2n,
        txBytes: time / 20n,
        txPackets: time / 110n,
        txErrs: errors / 3n,
        txDrop: errors / 4n,
      };
    }),
    handle(REMOTE_PROC_DOMAIN_INTERFACE_ADDRESSES, ({ dom }) => {
      const domain = park.active(dom);
      return { ifaces: cardsOf(domain.current).map((card, index) => addressOf(domain, card, index, plan)) };
    }),
    handle(REMOTE_PROC_DOMAIN_GET_INTERFACE_PARAMETERS, ({ dom, device, nparams, flags }) => {
      const document = park.get(dom).asked(flags);
      if (nparams === 0) return { params: [], nparams: RATES.length };
      const bandwidth = find(document, device).find("bandwidth");
      const params = RATES.map((name) => {
        const [direction = "", rate = ""] = name.split(".");
        return param.uint(name, Number(bandwidth?.get(rate, direction) ?? 0));
      });
      return answerParams(params, nparams);
    }),
    handle(REMOTE_PROC_DOMAIN_SET_INTERFACE_PARAMETERS, ({ dom, device, params, flags }) => {
      for (const document of park.get(dom).affected(flags)) {
        const card = find(document, device);
        for (const { field, value } of params) {
          const [direction = "", rate = ""] = field.split(".");
          const text = String(value.value);
          card.ensure(`bandwidth/${direction}`).set(rate, text === "0" ? undefined : text);
        }
        const bandwidth = card.find("bandwidth");
        for (const limit of bandwidth?.elements() ?? []) {
          if (limit.attributes.size === 0) bandwidth?.remove(limit);
        }
        if (bandwidth?.elements().length === 0) card.remove(bandwidth);
        card.sort([], BELOW.interface?.elements);
      }
    }),
  ];
}

function find(document: XmlElement, device: string): XmlElement {
  const cards = cardsOf(document);
  const card = cards.find(
    (each) => each.get("dev", "target") === device || each.get("address", "mac") === device.toLowerCase(),
  );
  if (card !== undefined) return card;
  throw refuse(ErrorNumber.INVALID_ARG, ErrorDomain.TEST, `'${device}' is not a known interface`);
}

function addressOf(
  domain: TestDomain,
  card: XmlElement,
  index: number,
  plan: AddressPlan,
): RemoteDomainInterface {
  const network = card.get("type") === "network" ? card.get("network", "source") : undefined;
  const first = network === undefined ? undefined : plan.firstAddress(network);
  // Every domain has room for twenty cards in each network.
  const offset = 20 * (domain.id - 1) + index + 1;
  const [addr, prefix] =
    first === undefined ? [`192.168.0.${index + 1}`, 24] : [add(first.address, offset), first.prefix];
  return {
    name: card.get("dev", "target") ?? "",
    hwaddr: card.get("address", "mac"),
    addrs: [{ type: IPV4, addr, prefix }],
  };
}

/** The address so many places behind another. */
function add(address: string, offset: number): string {
  const number = address.split(".").reduce((sum, byte) => sum * 256 + Number(byte), 0) + offset;
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join(".");
}
