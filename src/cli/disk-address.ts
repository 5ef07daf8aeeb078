import { CommandError } from "./command-error.js";
import { leaf } from "./xml-text.js";

interface Kind {
  readonly pattern: RegExp;
  readonly element: (parts: readonly string[], multifunction: boolean) => Record<string, string | undefined>;
}

const drive = (parts: readonly string[]): Record<string, string | undefined> => {
  const [controller = "", bus = "", unit = ""] = parts.map((part) => String(Number.parseInt(part, 10)));
  return { type: "drive", controller, bus, unit };
};
const hex = (text = "", digits = 0): string =>
  `0x${Number.parseInt(text, 16).toString(16).padStart(digits, "0")}`;
const DRIVE = /^(\d+)\.(\d+)\.(\d+)$/;

/** The addresses that a device can have, as they are written on the command line. */
const KINDS: Readonly<Record<string, Kind>> = {
  pci: {
    pattern: /^([\da-f]+)[.:]([\da-f]+)[.:]([\da-f]+)\.([\da-f]+)$/i,
    element: ([domain, bus, slot, fn], multifunction) => ({
      type: "pci",
      domain: hex(domain, 4),
      bus: hex(bus, 2),
      slot: hex(slot, 2),
      function: hex(fn),
      multifunction: multifunction ? "on" : undefined,
    }),
  },
  ccw: {
    pattern: /^([\da-f]+)\.([\da-f]+)\.([\da-f]+)$/i,
    element: ([cssid, ssid, devno]) => ({
      type: "ccw",
      cssid: hex(cssid, 2),
      ssid: hex(ssid),
      devno: hex(devno, 4),
    }),
  },
  scsi: { pattern: DRIVE, element: drive },
  sata: { pattern: DRIVE, element: drive },
  ide: { pattern: DRIVE, element: drive },
  usb: {
    pattern: /^(\d+)\.(\d+)$/,
    element: ([bus = "", port = ""]) => ({
      type: "usb",
      bus: String(Number(bus)),
      port: String(Number(port)),
    }),
  },
};

/** The kinds that fit the beginning of a target's name, and what is said of any other. */
const EXPECTED: readonly (readonly [target: RegExp, kinds: readonly string[], complaint: string])[] = [
  [/^vd/, ["pci", "ccw"], "expecting a pci:0000.00.00.00 or ccw:00.0.0000 address."],
  [/^sd/, ["scsi", "usb", "sata"], "expecting a scsi:00.00.00 or usb:00.00 or sata:00.00.00 address."],
  [/^hd/, ["ide"], "expecting an ide:00.00.00 address."],
];

/** The parts of `pci:0000.01.02.0`; undefined for what is no address. */
function parseAddress(
  address: string,
): { readonly kind: string; readonly parts: readonly string[] } | undefined {
  const [, kind = "", rest = ""] = /^([a-z]+):(.*)$/.exec(address) ?? [];
  const parts = KINDS[kind]?.pattern.exec(rest)?.slice(1);
  return parts && { kind, parts };
}

/** The element for a disk's address. @throws CommandError for one that no disk of this target can have. */
export function diskAddress(address: string, target: string, multifunction: boolean): string {
  const parsed = parseAddress(address);
  if (parsed === undefined) throw new CommandError("Invalid address.");
  const { kind, parts } = parsed;
  const [, kinds, complaint] = EXPECTED.find(([pattern]) => pattern.test(target)) ?? [];
  if (kinds?.includes(kind) === false) throw new CommandError(complaint ?? "Invalid address.");
  return leaf(2, "address", KINDS[kind]?.element(parts, multifunction) ?? {});
}

/** The element for the address of a device of the host; undefined for what is no PCI address. */
export function hostAddress(address: string): string | undefined {
  const parsed = parseAddress(`pci:${address}`);
  return parsed && leaf(4, "address", KINDS.pci?.element(parsed.parts, false) ?? {});
}
