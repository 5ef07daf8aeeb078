import { Type } from "@sinclair/typebox";
import { type Command, command, data, flag } from "../command.js";
import { type Card, cardsOf, type Disk, disksOf } from "../domain-document.js";
import { findDomain } from "../find.js";
import { prettySize } from "../sizes.js";
import { fields, table } from "../table.js";
import { UsageError } from "../usage-error.js";

const DOMAIN = data("domain", "domain name, id or uuid");
const NUMBER = Type.Union([Type.Integer(), Type.String()]);

export const domblklist: Command = command<readonly Disk[]>({
  options: [
    DOMAIN,
    flag("inactive", "of the persistent definition"),
    flag("details", "with type and device"),
  ],
  schema: Type.Array(
    Type.Object({
      type: Type.String(),
      device: Type.String(),
      target: Type.String(),
      source: Type.Union([Type.String(), Type.Null()]),
    }),
  ),
  run: async (context, args) =>
    disksOf(await (await findDomain(context, args)).getXMLDesc({ flags: args.flag("inactive") ? 2 : 0 })),
  text: (disks, args, { options: { quiet } }) => {
    const details = args.flag("details");
    const header = [...(details ? ["Type", "Device"] : []), "Target", "Source"];
    const rows = disks.map(({ type, device, target, source = "-" }) => [
      ...(details ? [type, device] : []),
      target,
      source,
    ]);
    return table(header, rows, quiet);
  },
});

export const domblkinfo: Command = command({
  options: [
    DOMAIN,
    data("device", "block device", false),
    flag("human", "sizes for people"),
    flag("all", "all of them"),
  ],
  schema: Type.Array(
    Type.Object({ target: Type.String(), capacity: NUMBER, allocation: NUMBER, physical: NUMBER }),
  ),
  run: async (context, args) => {
    const domain = await findDomain(context, args);
    const device = args.optional("device");
    const all = args.flag("all");
    if (device === undefined && !all) throw new UsageError("command 'domblkinfo' requires <device> option");
    const targets = all ? disksOf(await domain.getXMLDesc()).map(({ target }) => target) : [device ?? ""];
    return await Promise.all(
      targets.map(async (target) => ({ target, ...(await domain.getBlockInfo(target)) })),
    );
  },
  text: (infos, args, { options: { quiet } }) => {
    const show = (size: bigint): string => (args.flag("human") ? prettySize(size, 3) : String(size));
    if (args.flag("all")) {
      const rows = infos.map(({ target, capacity, allocation, physical }) => [
        target,
        ...[capacity, allocation, physical].map(show),
      ]);
      return table(["Target", "Capacity", "Allocation", "Physical"], rows, quiet);
    }
    return infos
      .map(({ capacity, allocation, physical }) =>
        fields([
          ["Capacity", show(capacity)],
          ["Allocation", show(allocation)],
          ["Physical", show(physical)],
        ]),
      )
      .join("");
  },
});

export const domblkstat: Command = command({
  options: [DOMAIN, data("device", "block device", false), flag("human", "names for people")],
  schema: Type.Object({ device: Type.String(), stats: Type.Record(Type.String(), NUMBER) }),
  failure: (args) => `Failed to get block stats ${args.text("domain")} ${args.optional("device") ?? ""}`,
  run: async (context, args) => {
    const device = args.optional("device") ?? "";
    const { rdReq, rdBytes, wrReq, wrBytes, errs } = await (await findDomain(context, args)).blockStats(
      device,
    );
    return { device, stats: { rd_req: rdReq, rd_bytes: rdBytes, wr_req: wrReq, wr_bytes: wrBytes, errs } };
  },
  text: ({ device, stats }) =>
    Object.entries(stats)
      .filter(([, value]) => value >= 0n)
      .map(([name, value]) => `${device} ${name} ${value}\n`)
      .join(""),
});

export const domiflist: Command = command<readonly Card[]>({
  options: [DOMAIN, flag("inactive", "of the persistent definition")],
  schema: Type.Array(
    Type.Object({
      interface: Type.String(),
      type: Type.String(),
      source: Type.Union([Type.String(), Type.Null()]),
      model: Type.Union([Type.String(), Type.Null()]),
      mac: Type.String(),
    }),
  ),
  run: async (context, args) =>
    cardsOf(await (await findDomain(context, args)).getXMLDesc({ flags: args.flag("inactive") ? 2 : 0 })),
  text: (cards, _args, { options: { quiet } }) =>
    table(
      ["Interface", "Type", "Source", "Model", "MAC"],
      cards.map((card) => [card.interface, card.type, card.source ?? "-", card.model ?? "-", card.mac]),
      quiet,
    ),
});

export const domifstat: Command = command({
  options: [DOMAIN, data("interface", "interface name or hardware address")],
  schema: Type.Object({ interface: Type.String(), stats: Type.Record(Type.String(), NUMBER) }),
  failure: (args) => `Failed to get interface stats ${args.text("domain")} ${args.text("interface")}`,
  run: async (context, args) => {
    const device = args.text("interface");
    const { rxBytes, rxPackets, rxErrs, rxDrop, txBytes, txPackets, txErrs, txDrop } = await (
      await findDomain(context, args)
    ).interfaceStats(device);
    const stats = {
      rx_bytes: rxBytes,
      rx_packets: rxPackets,
      rx_errs: rxErrs,
      rx_drop: rxDrop,
      tx_bytes: txBytes,
      tx_packets: txPackets,
      tx_errs: txErrs,
      tx_drop: txDrop,
    };
    return { interface: device, stats };
  },
  text: ({ interface: device, stats }) =>
    Object.entries(stats)
      .filter(([, value]) => value >= 0n)
      .map(([name, value]) => `${device} ${name} ${value}\n`)
      .join(""),
});

const SOURCES = ["lease", "agent", "arp"];

export const domifaddr: Command = command({
  options: [
    DOMAIN,
    data("interface", "only of this interface", false),
    flag("full", "name and hardware address on each line"),
    data("source", "where they are known from: lease, agent or arp", false),
  ],
  schema: Type.Array(
    Type.Object({
      name: Type.String(),
      hwaddr: Type.Union([Type.String(), Type.Null()]),
      addrs: Type.Array(
        Type.Object({ family: Type.String(), address: Type.String(), prefix: Type.Integer() }),
      ),
    }),
  ),
  failure: () => "Failed to query for interfaces addresses",
  run: async (context, args) => {
    const domain = await findDomain(context, args);
    const source = args.optional("source") ?? "lease";
    const number = SOURCES.indexOf(source);
    if (number < 0) throw new UsageError(`Unknown data source '${source}'`);
    const wanted = args.optional("interface");
    const interfaces = await domain.interfaceAddresses(number);
    return interfaces
      .filter(({ name }) => wanted === undefined || name === wanted)
      .map(({ name, hwaddr, addrs }) => ({
        name,
        hwaddr,
        addrs: addrs.map(({ type, addr, prefix }) => ({
          family: type === 0 ? "ipv4" : "ipv6",
          address: addr,
          prefix,
        })),
      }));
  },
  text: (interfaces, args, { options: { quiet } }) => {
    const line = (name: string, mac: string, family: string, address: string): string =>
      ` ${name.padEnd(10)} ${mac.padEnd(17)}    ${family.padEnd(4)}         ${address}\n`;
    const header = quiet
      ? ""
      : ` ${"Name".padEnd(10)} ${"MAC address".padEnd(20)} ${"Protocol".padEnd(8)}     Address\n${"-".repeat(79)}\n`;
    const rows = interfaces.flatMap(({ name, hwaddr = "N/A", addrs }) => {
      if (addrs.length === 0) return [line(name, hwaddr, "N/A", "N/A")];
      return addrs.map(({ family, address, prefix }, i) => {
        const whole = i === 0 || args.flag("full");
        return line(whole ? name : "-", whole ? hwaddr : "-", family, `${address}/${prefix}`);
      });
    });
    return header + rows.join("");
  },
});
