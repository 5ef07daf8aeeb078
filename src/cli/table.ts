/** A table in virsh's layout; without a header where only the bare values are wanted. */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  quiet = false,
): string {
  const all = quiet ? rows : [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => width(row[column] ?? ""))));
  const line = (row: readonly string[]): string => {
    const cells = header.map((_, i) => pad(row[i] ?? "", i === header.length - 1 ? 0 : (widths[i] ?? 0)));
    return ` ${cells.join("   ")}\n`;
  };
  if (quiet) return rows.map(line).join("");
  const dashes = "-".repeat(widths.reduce((sum, each) => sum + each + 3, 0));
  return `${line(header)}${dashes}\n${rows.map(line).join("")}`;
}

/** Lines of a name and a value, the values one below the other. */
export function fields(pairs: readonly (readonly [name: string, value: string])[], at = 15): string {
  return pairs.map(([name, value]) => `${`${name}:`.padEnd(at)} ${value}\n`).join("");
}

function pad(text: string, size: number): string {
  return text + " ".repeat(Math.max(0, size - width(text)));
}

const segments = new Intl.Segmenter();

/** How many columns of a terminal a text takes. */
export function width(text: string): number {
  let columns = 0;
  for (const { segment } of segments.segment(text)) {
    const code = segment.codePointAt(0) ?? 0;
    if (code < 0x20) continue;
    columns += /\p{Emoji_Presentation}/u.test(segment) || isWide(code) ? 2 : 1;
  }
  return columns;
}

/** East Asian characters, which take two columns. */
function isWide(code: number): boolean {
  return (
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x20000 && code <= 0x3fffd)
  );
}
