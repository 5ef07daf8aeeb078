const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "'": "&apos;",
  '"': "&quot;",
};

/** Writes a text so that it can stand in a document, as libvirt does it in attributes and between tags alike. */
export function escapeXml(value: string): string {
  return value.replace(/[&<>'"]/g, (character) => ENTITIES[character] ?? character);
}
