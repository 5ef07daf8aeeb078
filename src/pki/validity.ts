import { InvalidValueError } from "../errors/index.js";

/** From when to when. */
export interface Validity {
  /** An hour ago by default, as other machines' clocks may be behind. */
  readonly notBefore?: Date | undefined;
  /** Beats `days`. */
  readonly notAfter?: Date | undefined;
  /** Days from now on. */
  readonly days?: number | undefined;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const LAST = Date.UTC(9999, 11, 31, 23, 59, 59);

/**
 * @param limit when it ends at the latest, if the options do not say.
 * @throws InvalidValueError for times that a certificate cannot have.
 */
export function validity(
  { notBefore, notAfter, days }: Validity,
  defaultDays: number,
  limit?: Date,
): { readonly notBefore: Date; readonly notAfter: Date } {
  const now = Date.now();
  if (days !== undefined && !(days > 0 && Number.isFinite(days))) {
    throw new InvalidValueError(`days is ${String(days)}; give a number above 0.`);
  }
  const from = wholeSeconds("notBefore", notBefore ?? new Date(now - HOUR_MS));
  const latest = days === undefined && limit !== undefined ? limit.getTime() : Number.POSITIVE_INFINITY;
  const end = new Date(Math.min(now + (days ?? defaultDays) * DAY_MS, latest));
  const until = wholeSeconds("notAfter", notAfter ?? end);
  if (until <= from) {
    throw new InvalidValueError(
      `notAfter (${until.toISOString()}) is not later than notBefore (${from.toISOString()}).`,
    );
  }
  return { notBefore: from, notAfter: until };
}

function wholeSeconds(name: string, date: Date): Date {
  const time = Math.floor(date.getTime() / 1000) * 1000;
  // UTCTime has two digits for the year and begins with 1950.
  if (time >= Date.UTC(1950, 0) && time <= LAST) return new Date(time);
  throw new InvalidValueError(`${name} is not a date between the years 1950 and 9999.`);
}
