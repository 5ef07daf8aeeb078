/** A value as a message shows it. */
export function show(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "string")
    return JSON.stringify(value.length > 200 ? `${value.slice(0, 200)}…` : value);
  if (value === null || ["number", "boolean", "undefined"].includes(typeof value)) return String(value);
  return Array.isArray(value) ? "an array" : `of type ${typeof value}`;
}

/** What there is to choose from, after "there". */
export const list = (words: readonly string[]): string =>
  words.length === 1 ? `is only ${words[0]}` : `are ${words.map((word) => word || '""').join(", ")}`;
