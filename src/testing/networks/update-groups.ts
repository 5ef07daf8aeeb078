import { ErrorDomain, ErrorNumber } from "../../protocol/generated/constants/index.js";
import { refuse } from "../refuse.js";
import type { XmlElement } from "../xml/index.js";
import { applyChange, invalid, type Section } from "./update-change.js";

/** Networks that lead through one interface of the host at most. */
const SINGLE = new Set(["nat", "route"]);

const xmlError = (detail: string): Error => refuse(ErrorNumber.XML_ERROR, ErrorDomain.NETWORK, detail);

/** Interfaces of the host that a network leads through. */
export const FORWARD_INTERFACES: Section = {
  element: "interface",
  update(change) {
    const { network, added, name, command } = change;
    const dev = added.get("dev");
    if (dev === undefined) throw xmlError("missing dev attribute in <interface> element");
    if (command === "modify") {
      const detail = "forward interface entries cannot be modified, only added or deleted";
      throw refuse(ErrorNumber.OPERATION_UNSUPPORTED, ErrorDomain.NETWORK, detail);
    }
    const forward = network.ensure("forward");
    applyChange(change, forward, {
      same: (each) => each.get("dev") === dev,
      exists: () =>
        `there is an existing interface entry in network '${name}' that matches "<interface dev='${dev}'>"`,
      missing: () =>
        `couldn't find an interface entry in network '${name}' matching <interface dev='${dev}'>`,
    });
    const all = forward.elements("interface");
    if (all.length > 1 && SINGLE.has(forward.get("mode") ?? "nat")) {
      throw xmlError(`multiple forwarding interfaces specified for network '${name}', only one is supported`);
    }
    forward.set("dev", all[0]?.get("dev")).sort(["dev", "mode", "managed"]);
  },
};

/** Classes of ports that guests may ask for. */
export const PORT_GROUPS: Section = {
  element: "portgroup",
  update(change) {
    const { network, added, name, command } = change;
    settlePortGroup(added);
    const group = added.get("name") ?? "";
    if (command !== "delete" && added.get("default") === "yes") {
      const other = network
        .elements("portgroup")
        .some((each) => each.get("default") === "yes" && each.get("name") !== group);
      if (other) {
        throw invalid(
          `a different portgroup entry in network '${name}' is already set as the default. ` +
            "Only one default is allowed.",
        );
      }
    }
    applyChange(change, network, {
      same: (each) => each.get("name") === group,
      exists: () =>
        `there is an existing portgroup entry in network '${name}' that matches "<portgroup name='${group}'>"`,
      missing: () =>
        `couldn't find a portgroup entry in network '${name}' matching <portgroup name='${group}'>`,
    });
  },
};

/** Puts a `<portgroup>` into libvirt's form. @throws Refusal if it has no name. */
export function settlePortGroup(group: XmlElement): void {
  if (group.get("name") === undefined) throw xmlError("Missing required name attribute in portgroup");
  if (group.get("default") !== "yes") group.set("default", undefined);
  group.spread = true;
  group.sort(["name", "default"], ["vlan", "virtualport", "bandwidth"]);
}
