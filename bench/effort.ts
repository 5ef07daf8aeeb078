/** How much is measured: `main.ts` sets it once, before anything runs. */
export const effort: { rounds: number; scale: number; mebibytes: number } = {
  /** Rounds that count, per figure. */
  rounds: 7,
  /** What the number of operations of a round is multiplied with. */
  scale: 1,
  /** Size of the volumes that streams carry. */
  mebibytes: 256,
};

/** A number of operations, by the effort; at least `least`. */
export function scaled(operations: number, least = 1): number {
  return Math.max(least, Math.round(operations * effort.scale));
}
