import { XmlError } from "../errors.js";

/** Refuses options of which only one can be meant. */
export function onlyOne(what: string, options: Readonly<Record<string, unknown>>): void {
  const given = Object.keys(options).filter((name) => options[name] !== undefined && options[name] !== false);
  if (given.length < 2) return;
  throw new XmlError("VALUE", `${what} has ${given.join(" and ")}; it can have one of them`);
}
