import type { Rule } from "../schema/rules.js";

/** The same text for values that mean the same, by the rule that values of the slot follow. */
const FORMS: { readonly [R in Rule]?: (text: string) => string } = {
  uuid: (text) => text.replaceAll("-", "").toLowerCase(),
  mac: (text) =>
    text
      .toLowerCase()
      .split(":")
      .map((part) => part.padStart(2, "0"))
      .join(":"),
  cpuset: numbers,
  wwn: hexadecimal,
  octal: (text) => text.replace(/^0+(?=.)/, ""),
  pciFunction: number,
  pciSlot: number,
  uint8: number,
  uint16: number,
  uint24: number,
  uint32: number,
  usbAddress: number,
  usbClass: number,
  usbId: number,
};

/** What is the same for values that mean the same: `0x0a` and `10`, a MAC address in large letters and in small ones. */
export function normal(value: unknown, rules: readonly Rule[] = []): unknown {
  if (typeof value !== "string") return value;
  return rules.reduce((text, rule) => FORMS[rule]?.(text) ?? text, value);
}

/** As libvirt reads numbers: `0x` is before hexadecimal ones, and `0` before octal ones. */
function number(text: string): string {
  if (/^0x[0-9a-f]+$/i.test(text)) return String(BigInt(text));
  return /^0[0-7]+$/.test(text) ? String(BigInt(`0o${text}`)) : text;
}

function hexadecimal(text: string): string {
  return text.toLowerCase().replace(/^0x/, "");
}

/** More than any host's; longer sets are compared as they stand. */
const MOST = 16_384;

/** `0-3,^2` as `0,1,3`. */
function numbers(text: string): string {
  const set = new Set<number>();
  for (const part of text.split(",")) {
    const match = /^\s*(\^?)(\d+)(?:-(\d+))?\s*$/.exec(part);
    if (match === null) return text;
    const first = Number(match[2]);
    const last = Number(match[3] ?? first);
    if (last > MOST) return text;
    for (let i = first; i <= last; i++) {
      if (match[1] === "") set.add(i);
      else set.delete(i);
    }
  }
  return [...set].sort((a, b) => a - b).join();
}
