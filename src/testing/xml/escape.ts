const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "'": "&apos;",
  '"': "&quot;",
};

/** Writes a text so that it can stand in a document: as libvirt does it, or with double quotes as libxml. */
export function escapeXml(value: string, quote: string): string {
  const special = quote === "'" ? /[&<>'"]/g : /[&<>]/g;
  return value.replace(special, (character) => ENTITIES[character] ?? character);
}
