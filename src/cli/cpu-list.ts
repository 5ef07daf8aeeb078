import { CommandError } from "./command-error.js";

/** Numbers as ranges: "0-3,8". */
export function ranges(numbers: readonly number[]): string {
  const parts: string[] = [];
  for (let i = 0; i < numbers.length; i++) {
    const first = numbers[i] ?? 0;
    while (numbers[i + 1] === (numbers[i] ?? 0) + 1) i++;
    const last = numbers[i] ?? 0;
    parts.push(first === last ? String(first) : `${first}-${last}`);
  }
  return parts.join(",");
}

/**
 * Reads a list of the host's processors: "0-3,^2,8", or "r" for all of them.
 *
 * @throws CommandError in virsh's words
 */
export function parseCpuList(text: string, cpus: number): number[] {
  if (text === "r") return Array.from({ length: cpus }, (_, i) => i);
  const chosen = new Set<number>();
  for (const part of text.split(",")) {
    const [, not = "", first = "", last = first] = /^(\^?)(\d+)(?:-(\d+))?$/.exec(part) ?? [];
    const malformed = first === "" || Number(last) < Number(first) || (not !== "" && last !== first);
    if (malformed) {
      throw new CommandError(
        `Invalid cpulist '${text}'`,
        new CommandError(`invalid argument: Failed to parse bitmap '${text}'`),
      );
    }
    if (Number(last) >= cpus && not === "") {
      throw new CommandError(`CPU ${last} in cpulist '${text}' exceed the maxcpu ${cpus}`);
    }
    for (let i = Number(first); i <= Number(last); i++) {
      if (not === "") chosen.add(i);
      else chosen.delete(i);
    }
  }
  return [...chosen].toSorted((a, b) => a - b);
}
