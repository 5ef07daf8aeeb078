const ROUNDS = 9;
/** Long enough for the clock, short enough for many rounds. */
const ROUND_MS = 120;

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** Microseconds for one run, over about {@link ROUND_MS}. */
function time(run: () => unknown): number {
  const start = performance.now();
  let count = 0;
  let end = start;
  do {
    run();
    count++;
    end = performance.now();
  } while (end - start < ROUND_MS);
  return ((end - start) * 1000) / count;
}

/** Times the same work done in several ways, in turn, and prints each one's median beside the first one's. */
export function compare(title: string, ways: Readonly<Record<string, () => unknown>>): void {
  const names = Object.keys(ways);
  const times = new Map<string, number[]>(names.map((name) => [name, []]));
  for (let round = -1; round < ROUNDS; round++) {
    for (const name of names) {
      const micros = time(ways[name] as () => unknown);
      // The first round is for the compiler.
      if (round >= 0) times.get(name)?.push(micros);
    }
  }
  const medians = names.map((name) => median(times.get(name) ?? []));
  console.log(title);
  for (const [i, name] of names.entries()) {
    const micros = medians[i] ?? Number.NaN;
    const ratio = (micros / (medians[0] ?? Number.NaN)).toFixed(2);
    console.log(`  ${name.padEnd(14)} ${micros.toFixed(1).padStart(9)} µs  ${ratio.padStart(6)} ×`);
  }
}
