/** The elements of a kind below `<devices>`: what virsh shows of them is plain enough to be read without a parser. */
function devices(xml: string, kind: string): string[] {
  const [, inner = ""] = /<devices>([\s\S]*)<\/devices>/.exec(xml) ?? [];
  return Array.from(
    inner.matchAll(new RegExp(`^    <${kind}(?: [^>]*)?>[\\s\\S]*?^    </${kind}>`, "gm")),
    ([text]) => text,
  );
}

function attribute(xml: string, element: string, name: string): string | undefined {
  const [, attributes = ""] = new RegExp(`<${element}((?: [^>]*)?)/?>`).exec(xml) ?? [];
  const [, value] = new RegExp(` ${name}='([^']*)'`).exec(attributes) ?? [];
  return value
    ?.replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&apos;", "'")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&");
}

/** A disk, as much as lists show of it. */
export interface Disk {
  readonly type: string;
  readonly device: string;
  readonly target: string;
  readonly source: string | undefined;
}

export function disksOf(xml: string): Disk[] {
  return devices(xml, "disk").map((disk) => {
    const source = ["file", "dev", "dir", "name", "volume"]
      .map((name) => attribute(disk, "source", name))
      .find((value) => value !== undefined);
    return {
      type: attribute(disk, "disk", "type") ?? "",
      device: attribute(disk, "disk", "device") ?? "",
      target: attribute(disk, "target", "dev") ?? "",
      source,
    };
  });
}

/** A network card, as much as lists show of it. */
export interface Card {
  readonly interface: string;
  readonly type: string;
  readonly source: string | undefined;
  readonly model: string | undefined;
  readonly mac: string;
}

export function cardsOf(xml: string): Card[] {
  return devices(xml, "interface").map((card) => {
    const type = attribute(card, "interface", "type") ?? "";
    const source = ["network", "bridge", "dev", "name", "path"]
      .map((name) => attribute(card, "source", name))
      .find((value) => value !== undefined);
    return {
      interface: attribute(card, "target", "dev") ?? "-",
      type,
      source,
      model: attribute(card, "model", "type"),
      mac: attribute(card, "mac", "address") ?? "",
    };
  });
}
