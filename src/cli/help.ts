import { findEntry } from "./catalogue.js";
import type { Command, Option } from "./command.js";
import type { Entry } from "./entry.js";
import { GROUPS } from "./groups.js";

/** All commands, by group. */
export function overview(catalogue: readonly Entry[]): string {
  const parts = Object.entries(GROUPS).map(([keyword, title]) => groupText(catalogue, keyword, title));
  return `Grouped commands:\n\n${parts.join("\n")}`;
}

/** The commands of one group; `undefined` if there is no such group. */
export function groupHelp(catalogue: readonly Entry[], wanted: string): string | undefined {
  const found = Object.entries(GROUPS).find(([keyword, title]) => keyword === wanted || title === wanted);
  return found === undefined ? undefined : groupText(catalogue, ...found);
}

function groupText(catalogue: readonly Entry[], keyword: string, title: string): string {
  const lines = catalogue
    .filter(({ group }) => group === keyword)
    .map(({ name, summary }) => `    ${name.padEnd(30)} ${summary}\n`);
  return ` ${title} (help keyword '${keyword}'):\n${lines.join("")}`;
}

/** One command, as a page of a manual. */
export function commandHelp(name: string, { options, description }: Command): string {
  const summary = findEntry(name)?.summary ?? "";
  const synopsis = [name, ...options.map(synopsisOf), "[--json]"].join(" ");
  const all = [...options, { name: "json", kind: "flag", help: "print JSON" } as const];
  const width = Math.max(...all.map((option) => titleOf(option).length));
  const lines = all.map((option) => `    ${titleOf(option).padEnd(width)}  ${option.help}\n`);
  return (
    `  NAME\n    ${name} - ${summary}\n\n  SYNOPSIS\n    ${synopsis}\n\n` +
    `  DESCRIPTION\n    ${description ?? `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`}\n\n` +
    `  OPTIONS\n${lines.join("")}\n`
  );
}

function titleOf({ name, kind, required, short, value = "string" }: Option): string {
  const letter = short === undefined ? "" : `-${short} | `;
  if (kind === "flag") return `${letter}--${name}`;
  if (kind === "rest") return `[--${name}] <${value}>...`;
  return kind === "data" && required === true ? `[--${name}] <${value}>` : `${letter}--${name} <${value}>`;
}

function synopsisOf({ name, kind, required, value = "string" }: Option): string {
  if (kind === "flag") return `[--${name}]`;
  if (kind === "rest") return `[<${name}>]...`;
  return kind === "data" && required === true ? `<${name}>` : `[--${name} <${value}>]`;
}
