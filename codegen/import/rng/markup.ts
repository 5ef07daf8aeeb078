import { XMLParser } from "fast-xml-parser";

/** An element of a schema file: comments, documentation and elements of other namespaces are gone. */
export interface Markup {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Markup[];
  readonly text: string;
}

/** The error of a schema that is not RELAX NG, or uses a construct of it that libvirt's do not. */
export class SchemaError extends Error {
  constructor(file: string, message: string) {
    super(`${file}: ${message}`);
    this.name = "SchemaError";
  }
}

const ATTRIBUTES = ":@";
const TEXT = "#text";

type Ordered = Readonly<Record<string, unknown>>;

/** The root element of a schema file. */
export function readMarkup(file: string, text: string): Markup {
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: "",
    parseTagValue: false,
    parseAttributeValue: false,
    ignoreDeclaration: true,
    ignorePiTags: true,
    // Else references by number stay as they are.
    htmlEntities: true,
    trimValues: false,
  });
  const root = elements(parser.parse(text) as readonly Ordered[])[0];
  if (root?.name !== "grammar")
    throw new SchemaError(file, `expected <grammar>, found <${root?.name ?? ""}>`);
  return root;
}

function elements(nodes: readonly Ordered[]): readonly Markup[] {
  return nodes.flatMap((node) => {
    const name = Object.keys(node).find((key) => key !== ATTRIBUTES) ?? TEXT;
    const children = node[name];
    // A prefix marks another vocabulary: annotations, which are prose.
    if (name === TEXT || name.includes(":") || !Array.isArray(children)) return [];
    const inner = children as readonly Ordered[];
    return [
      {
        name,
        attributes: (node[ATTRIBUTES] ?? {}) as Readonly<Record<string, string>>,
        children: elements(inner),
        text: inner.map((child) => (typeof child[TEXT] === "string" ? child[TEXT] : "")).join(""),
      },
    ];
  });
}
