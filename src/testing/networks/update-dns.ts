import { isIP } from "node:net";
import { ErrorDomain, ErrorNumber } from "../../protocol/generated/constants/index.js";
import { refuse } from "../refuse.js";
import type { XmlElement } from "../xml/index.js";
import { applyChange, type Change, type Match, type Section } from "./update-change.js";

const SRV_ATTRIBUTES = ["service", "protocol", "domain", "target", "port", "priority", "weight"];
const MAX_PORT = 65_535;

const detailed = (detail: string): Error => refuse(ErrorNumber.XML_DETAIL, ErrorDomain.NETWORK, detail);
const hostnames = (host: XmlElement): string[] => host.elements("hostname").map(({ text }) => text);

function changeDns(change: Change, match: Match): void {
  const dns = change.network.ensure("dns");
  applyChange(change, dns, match);
  if (dns.elements().length === 0) change.network.remove(dns);
  else dns.sort([], ["forwarder", "txt", "srv", "host"]);
}

/** Names of addresses. */
export const DNS_HOSTS: Section = {
  element: "host",
  fixed: "HOST",
  update(change) {
    const { added, name, command } = change;
    const partial = command === "delete";
    const ip = added.get("ip");
    const names = hostnames(added);
    const where = `network '${name}' DNS HOST record`;
    if (partial && ip === undefined && names.length === 0)
      throw detailed(`Missing ip and hostname in ${where}`);
    if (!partial && ip === undefined) throw detailed(`Missing IP address in ${where}`);
    if (ip !== undefined && isIP(ip) === 0) throw detailed(`Invalid IP address in ${where}`);
    if (!partial && names.length === 0) throw detailed(`Missing hostname in ${where}`);
    changeDns(change, {
      same: (host) =>
        (ip !== undefined && host.get("ip") === ip) ||
        (partial && hostnames(host).some((each) => names.includes(each))),
      exists: () => `there is already at least one DNS HOST record with a matching field in network ${name}`,
      missing: () => `couldn't locate a matching DNS HOST record in network ${name}`,
    });
  },
};

/** Texts under names. */
export const DNS_TEXTS: Section = {
  element: "txt",
  fixed: "TXT",
  update(change) {
    const { added, name, command } = change;
    const key = added.get("name");
    if (key === undefined)
      throw detailed(`missing required name attribute in DNS TXT record of network ${name}`);
    if (/[ ,]/.test(key)) {
      throw detailed(`prohibited character in DNS TXT record name '${key}' of network ${name}`);
    }
    if (command !== "delete" && added.get("value") === undefined) {
      throw detailed(`missing required value attribute in DNS TXT record named '${key}' of network ${name}`);
    }
    changeDns(change, {
      same: (text) => text.get("name") === key,
      exists: () => `there is already a DNS TXT record with name '${key}' in network ${name}`,
      missing: () => `couldn't locate a matching DNS TXT record in network ${name}`,
    });
  },
};

/** Where services are found. */
export const DNS_SERVICES: Section = {
  element: "srv",
  fixed: "SRV",
  update(change) {
    const { added, name, command } = change;
    const service = added.get("service");
    if (command !== "delete" && service === undefined) {
      throw detailed(`missing required service attribute in DNS SRV record of network '${name}'`);
    }
    if (command !== "delete" && added.get("protocol") === undefined) {
      throw detailed(
        `missing required protocol attribute in DNS SRV record '${service}' of network '${name}'`,
      );
    }
    const port = added.get("port");
    if (port !== undefined && !(Number(port) >= 1 && Number(port) <= MAX_PORT)) {
      throw detailed(`invalid DNS SRV port attribute for service '${service}' in network '${name}'`);
    }
    added.sort(SRV_ATTRIBUTES);
    const given = SRV_ATTRIBUTES.filter((key) => added.get(key) !== undefined);
    changeDns(change, {
      same: (record) => given.every((key) => record.get(key) === added.get(key)),
      exists: () =>
        `there is already at least one DNS SRV record matching all specified fields in network ${name}`,
      missing: () => `couldn't locate a matching DNS SRV record in network ${name}`,
    });
  },
};
