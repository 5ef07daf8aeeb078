import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ApiModel } from "./api-model.js";
import type { ProtocolModel } from "./model.js";
import { XML_KINDS } from "./xml-kinds.js";
import type { XmlModel } from "./xml-model.js";

export type ProtocolName = "net" | "keepalive" | "remote" | "qemu" | "lxc" | "admin";
export const PROTOCOL_NAMES: readonly ProtocolName[] = ["net", "keepalive", "remote", "qemu", "lxc", "admin"];

/** All that is known of libvirt: what the import makes, what is committed, what the emitter works from. */
export interface Models {
  readonly protocols: ReadonlyMap<ProtocolName, ProtocolModel>;
  readonly api: ApiModel;
  /** One for each kind of document. */
  readonly xml: readonly XmlModel[];
}

/** JSON in which each item of a list stands on a line of its own, so that a change of the protocol is a small diff. */
export function formatJson(value: unknown): string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return format(value, "");
  const lines = entries(value).map(([key, item]) => `  ${JSON.stringify(key)}: ${format(item, "  ")}`);
  return `{\n${lines.join(",\n")}\n}`;
}

function format(value: unknown, indent: string): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (!Array.isArray(value)) {
    const items = entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${format(item, indent)}`);
    return items.length === 0 ? "{}" : `{ ${items.join(", ")} }`;
  }
  if (value.every((item) => typeof item !== "object"))
    return `[${value.map((item) => format(item, "")).join(", ")}]`;
  if (value.length === 1 && !format(value[0], "").includes("\n")) return `[${format(value[0], "")}]`;
  const inner = `${indent}  `;
  return `[\n${value.map((item) => inner + format(item, inner)).join(",\n")}\n${indent}]`;
}

function entries(value: object): readonly [string, unknown][] {
  return Object.entries(value).filter(([, item]) => item !== undefined);
}

export function writeModels(folder: string, { protocols, api, xml }: Models): void {
  mkdirSync(folder, { recursive: true });
  const write = (name: string, model: ApiModel | ProtocolModel | XmlModel): void =>
    writeFileSync(join(folder, `${name}.json`), `${formatJson(model)}\n`);
  for (const [name, model] of protocols) write(name, model);
  write("api", api);
  for (const model of xml) write(`xml-${model.kind}`, model);
}

export function readModels(folder: string): Models {
  const read = <T>(name: string): T => JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as T;
  return {
    protocols: new Map(PROTOCOL_NAMES.map((name) => [name, read<ProtocolModel>(name)])),
    api: read<ApiModel>("api"),
    xml: XML_KINDS.map(({ kind }) => read<XmlModel>(`xml-${kind}`)),
  };
}
