import { createSize } from "../builders/size.js";
import { XmlError } from "../errors.js";
import type { Unit } from "../generated/common.js";
import type { DomainConfig } from "../generated/domain/index.js";

/** An amount of memory: text as in "4 GiB", a number of KiB as in libvirt's calls, or a value and its unit. */
export type MemorySize = string | bigint | number | { readonly value: bigint | number; readonly unit: Unit };

/**
 * Changes how many virtual CPUs a domain has: `count` at the most, and `current` of them when it starts (all, if left
 * out). A `<topology>` that no longer fits is for the caller to change, too: its product must be `count`.
 *
 * @throws {XmlError} unless 1 <= current <= count.
 */
export function setVcpus(config: DomainConfig, count: number, current: number = count): void {
  if (!Number.isInteger(count) || !Number.isInteger(current) || current < 1 || current > count) {
    throw new XmlError(
      "VALUE",
      `a domain cannot have ${count} virtual CPUs with ${current} in use; both are whole numbers, 1 <= current <= count`,
    );
  }
  config.vcpu = { ...config.vcpu, value: count, current: current === count ? undefined : current };
}

/**
 * Changes how much memory a domain has: `size` at the most, and `current` when it starts (all, if left out). NUMA cells
 * and memory devices are for the caller to change, too.
 *
 * @throws {XmlError} for a size that is no whole number above 0.
 */
export function setMemory(config: DomainConfig, size: MemorySize, current: MemorySize = size): void {
  config.memory = { ...config.memory, ...scaled(size) };
  config.currentMemory = { ...config.currentMemory, ...scaled(current) };
}

function scaled(size: MemorySize): { value: bigint; unit?: Unit | undefined } {
  const { value, unit } =
    typeof size === "string"
      ? createSize(size)
      : typeof size === "object"
        ? size
        : { value: size, unit: "KiB" as const };
  const whole = typeof value === "bigint" || Number.isSafeInteger(value);
  if (!whole || value <= 0) {
    throw new XmlError(
      "VALUE",
      `a domain cannot have ${value} ${unit} of memory; it takes a whole number above 0`,
    );
  }
  return { value: BigInt(value), unit };
}
