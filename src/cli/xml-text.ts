/** A text such that it can stand in a document, between tags and in attributes. */
export function escapeXml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("'", "&apos;")
    .replaceAll('"', "&quot;");
}

/** An element with text, in a line of its own; nothing if there is no text. */
export function line(indent: number, name: string, text: string | undefined): string {
  return text === undefined ? "" : `${" ".repeat(indent)}<${name}>${escapeXml(text)}</${name}>\n`;
}

/** Attributes that have a value. */
export function attributes(values: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(values)
    .map(([name, value]) => (value === undefined ? "" : ` ${name}='${escapeXml(value)}'`))
    .join("");
}

/** An element of attributes, in a line of its own; nothing if none has a value. */
export function leaf(
  indent: number,
  name: string,
  values: Readonly<Record<string, string | undefined>>,
): string {
  const text = attributes(values);
  return text === "" ? "" : `${" ".repeat(indent)}<${name}${text}/>\n`;
}

/** An element around lines; nothing if there are none. */
export function around(indent: number, name: string, lines: string): string {
  const margin = " ".repeat(indent);
  return lines === "" ? "" : `${margin}<${name}>\n${lines}${margin}</${name}>\n`;
}
