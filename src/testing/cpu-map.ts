/** A set of processors as it travels: a bit for each, the lowest first. */
export function cpuMap(cpus: Iterable<number>, length: number): Uint8Array {
  const map = new Uint8Array(length);
  for (const cpu of cpus) {
    const at = cpu >> 3;
    if (at < length) map[at] = (map[at] ?? 0) | (1 << (cpu & 7));
  }
  return map;
}

/** The processors whose bits are set. */
export function cpusOf(map: Uint8Array): number[] {
  return Array.from({ length: map.length * 8 }, (_, cpu) => cpu).filter(
    (cpu) => ((map[cpu >> 3] ?? 0) & (1 << (cpu & 7))) !== 0,
  );
}

/** Writes a set of processors as documents have it: `0-3,8`. */
export function formatCpuSet(cpus: readonly number[]): string {
  const ranges: string[] = [];
  const sorted = cpus.toSorted((a, b) => a - b);
  for (let i = 0; i < sorted.length; i++) {
    const first = sorted[i] as number;
    while (sorted[i + 1] === (sorted[i] as number) + 1) i++;
    const last = sorted[i] as number;
    ranges.push(first === last ? String(first) : `${first}-${last}`);
  }
  return ranges.join(",");
}

/** Reads such a set; `^2` takes one out again. */
export function parseCpuSet(text: string): number[] {
  const cpus = new Set<number>();
  for (const part of text.split(",")) {
    const [, not, first = "", last = first] = /^\s*(\^?)(\d+)(?:-(\d+))?\s*$/.exec(part) ?? [];
    for (let cpu = Number(first); first !== "" && cpu <= Math.min(Number(last), 4095); cpu++) {
      if (not === "^") cpus.delete(cpu);
      else cpus.add(cpu);
    }
  }
  return [...cpus];
}
