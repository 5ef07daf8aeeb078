import { effort, scaled } from "./effort.js";

/** What a piece of work took. */
export interface Cost {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** Somebody who can do the work. */
export interface Contestant {
  readonly name: string;
  /** Does it once, for as many operations as the duel says. */
  run(operations: number): Promise<Cost>;
}

/** What one contestant took for one operation, in the middle of all rounds. */
export interface Score {
  readonly name: string;
  readonly wallUs: number;
  readonly cpuUs: number;
  readonly perSecond: number;
  /** What it took in each round, for everything. */
  readonly costs: readonly Cost[];
}

/** The same work done by several, side by side. */
export interface Duel {
  readonly title: string;
  readonly operations: number;
  readonly rounds: number;
  /** How many bytes one operation moves, where that is what counts. */
  readonly bytes?: number;
  readonly scores: readonly Score[];
}

/** Figures that are no time per operation, such as bytes. */
export interface Reading {
  readonly title: string;
  readonly unit: string;
  readonly rounds: number;
  readonly readings: readonly { readonly name: string; readonly value: number }[];
}

export type Result = Duel | Reading;

export const OURS = "libvirt-rpc";
export const FLOOR = "bare socket";
export const PYTHON = "libvirt-python";
export const GO = "go-libvirt";

/**
 * Has all do the same, round by round, each round beginning with another of them, so that a machine that slows down
 * slows all. The first round is for warming up and does not count.
 */
export async function duel(
  title: string,
  operations: number,
  contestants: readonly Contestant[],
  { rounds = effort.rounds, bytes }: { readonly rounds?: number; readonly bytes?: number } = {},
): Promise<Duel> {
  const count = scaled(operations);
  const costs = await takeTurns(contestants, rounds, (contestant) => contestant.run(count));
  const scores = contestants.map(({ name }, i) => {
    const all = costs[i] ?? [];
    const wallUs = (median(all.map(({ wallMs }) => wallMs)) * 1000) / count;
    const cpuUs = (median(all.map(({ cpuMs }) => cpuMs)) * 1000) / count;
    return { name, wallUs, cpuUs, perSecond: 1e6 / wallUs, costs: all };
  });
  return { title, operations: count, rounds, scores, ...(bytes === undefined ? {} : { bytes }) };
}

/** Measures each of several once a round, in turn; gives the median of each. */
export async function reading(
  title: string,
  unit: string,
  takers: Readonly<Record<string, () => Promise<number>>>,
  rounds: number = effort.rounds,
): Promise<Reading> {
  const entries = Object.entries(takers);
  const values = await takeTurns(entries, rounds, ([, take]) => take());
  const readings = entries.map(([name], i) => ({ name, value: median(values[i] ?? []) }));
  return { title, unit, rounds, readings };
}

async function takeTurns<P, T>(
  parties: readonly P[],
  rounds: number,
  turn: (party: P) => Promise<T>,
): Promise<T[][]> {
  const results = parties.map((): T[] => []);
  for (let round = 0; round <= rounds; round++) {
    for (let i = 0; i < parties.length; i++) {
      const which = (i + round) % parties.length;
      const result = await turn(parties[which] as P);
      if (round > 0) results[which]?.push(result);
    }
  }
  return results;
}

/** Measures work within this process. */
export async function measured(work: () => unknown): Promise<Cost> {
  const cpu = process.cpuUsage();
  const began = performance.now();
  await work();
  const wallMs = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  return { wallMs, cpuMs: (user + system) / 1000 };
}

/** This process's way to do something, so many times with so many at a time. */
export function own(name: string, inFlight: number, work: () => Promise<unknown>): Contestant {
  return { name, run: (count) => measured(() => repeat(count, inFlight, work)) };
}

async function repeat(count: number, inFlight: number, work: () => Promise<unknown>): Promise<void> {
  for (let done = 0; done < count; done += inFlight) {
    await (inFlight === 1 ? work() : Promise.all(Array.from({ length: inFlight }, work)));
  }
}

/** Something that is done without waiting for anybody. */
export function inline(name: string, work: () => unknown): Contestant {
  return {
    name,
    run: (count) =>
      measured(() => {
        for (let i = 0; i < count; i++) work();
      }),
  };
}

/**
 * What one took as a multiple of what another took: the median of the rounds' ratios, as both felt in each round what
 * else the machine was doing.
 */
export function ratioOf(one: Score, other: Score, which: keyof Cost): number {
  return median(one.costs.map((cost, i) => cost[which] / (other.costs[i]?.[which] ?? Number.NaN)));
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}
