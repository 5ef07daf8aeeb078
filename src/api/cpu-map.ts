import { InvalidValueError } from "../errors/index.js";

/** CPUs, by number, or libvirt's own form of them: CPU n is bit n % 8 of byte n / 8. */
export type CpuSet = Uint8Array | Iterable<number>;

/** More than any host has; the protocol takes maps of at most 2,048 bytes. */
const MAX_CPUS = 2048 * 8;

/** A CPU map as it travels. */
export function encodeCpuMap(cpus: CpuSet): Uint8Array {
  if (cpus instanceof Uint8Array) return cpus;
  const numbers = Array.from(cpus);
  const wrong = numbers.find((cpu) => !Number.isInteger(cpu) || cpu < 0 || cpu >= MAX_CPUS);
  if (wrong !== undefined) {
    throw new InvalidValueError(
      `a CPU number must be a whole number from 0 to ${MAX_CPUS - 1}, got ${wrong}`,
    );
  }
  const map = new Uint8Array(Math.ceil((numbers.reduce((a, b) => Math.max(a, b), -1) + 1) / 8));
  for (const cpu of numbers) map[cpu >> 3] = (map[cpu >> 3] ?? 0) | (1 << (cpu & 7));
  return map;
}

/** The numbers of the CPUs in a map. */
export function decodeCpuMap(map: Uint8Array): ReadonlySet<number> {
  const cpus = new Set<number>();
  for (let cpu = 0; cpu < map.length * 8; cpu++) {
    if (((map[cpu >> 3] ?? 0) & (1 << (cpu & 7))) !== 0) cpus.add(cpu);
  }
  return cpus;
}
