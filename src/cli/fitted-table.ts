import { width } from "./table.js";

/** A column of a table that is to fit a terminal. */
export interface Column {
  readonly title: string;
  /** Numbers stand one below the other by their last digit. */
  readonly right?: boolean;
  /** It may be cut: what it has begins tell enough. */
  readonly flexible?: boolean;
  /** The higher, the sooner it is left out where there is no room, with all that have the same; 0 for never. */
  readonly spare: number;
}

const GAP = "   ";
/** Below this many columns, a name says nothing any more. */
const LEAST = 12;

/** Lines of a table, none of them longer than `columns`; what does not fit is shortened, or left out. */
export function fittedTable(
  header: readonly Column[],
  rows: readonly (readonly string[])[],
  columns: number,
): string[] {
  const all = [header.map(({ title }) => title), ...rows];
  const widths = header.map((_, i) => Math.max(...all.map((row) => width(row[i] ?? ""))));
  let kept = header.map((_, i) => i);
  const needed = (): number => kept.reduce((sum, i) => sum + (widths[i] ?? 0) + GAP.length, 1 - GAP.length);
  const shorten = (): void => {
    const flexible = kept.find((i) => header[i]?.flexible === true);
    if (flexible === undefined || needed() <= columns) return;
    widths[flexible] = Math.max(LEAST, (widths[flexible] ?? 0) - (needed() - columns));
  };
  const full = [...widths];
  for (;;) {
    shorten();
    if (needed() <= columns) break;
    const spare = Math.max(...kept.map((i) => header[i]?.spare ?? 0));
    if (spare === 0) break;
    kept = kept.filter((i) => header[i]?.spare !== spare);
    // There may be room for whole names now.
    widths.splice(0, widths.length, ...full);
  }
  const line = (row: readonly string[]): string => {
    const cells = kept.map((i) => cell(row[i] ?? "", widths[i] ?? 0, header[i]?.right === true));
    return cut(` ${cells.join(GAP)}`.trimEnd(), columns);
  };
  const [titles = [], ...others] = all;
  return [line(titles), "-".repeat(Math.min(columns, needed() + 1)), ...others.map(line)];
}

function cell(text: string, size: number, right: boolean): string {
  const short = cut(text, size);
  const blanks = " ".repeat(size - width(short));
  return right ? blanks + short : short + blanks;
}

const segments = new Intl.Segmenter();

/** The beginning of a text that is too long. */
export function cut(text: string, size: number): string {
  if (width(text) <= size) return text;
  let short = "";
  for (const { segment } of segments.segment(text)) {
    if (width(short + segment) >= size) break;
    short += segment;
  }
  return `${short}…`;
}
