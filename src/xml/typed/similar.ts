import type { Value } from "./plan.js";

/** With more than this likeness two things may be taken for one. */
export const ALIKE = 0.5;

/** With so many things, each is compared with all others; with more, only with some of the next. */
const MANY = 1000;
const FEW = 100;

/** With how many others each of so many things is compared, so that long lists do not take forever. */
export function reach(things: number): number {
  return things <= MANY ? MANY : Math.max(FEW, Math.floor(MANY ** 2 / things));
}

/** Which part of what `before` says is the same in `after`, from 0 to 1. */
export function likeness(before: unknown, after: unknown): number {
  const [same, all] = count(before, after);
  return all === 0 ? 0 : same / all;
}

function count(before: unknown, after: unknown): [same: number, all: number] {
  if (typeof before !== "object" || before === null) return [before === after ? 1 : 0, 1];
  let [same, all] = [0, 0];
  for (const [name, value] of Object.entries(before)) {
    const other = typeof after === "object" && after !== null ? (after as Value)[name] : undefined;
    const [s, a] = count(value, other);
    same += s;
    all += a;
  }
  return [same, all];
}

/** By what people tell apart the devices of a guest, the cells of its memory, and the like; undefined for what has none. */
export function nameOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  const { id, name, target, mac } = value as {
    readonly [name: string]: unknown;
    readonly target?: { readonly dev?: unknown };
    readonly mac?: { readonly address?: unknown };
  };
  return target?.dev ?? mac?.address ?? id ?? name;
}
