/** A file that is being generated: its text, and what it takes from other files. */
export class GeneratedFile {
  /** Relative to the folder that it is generated into. */
  readonly path: string;
  private readonly header: string;
  private readonly parts: string[] = [];
  private readonly imports = new Map<string, Map<string, "type" | "value">>();

  constructor(path: string, header: string) {
    this.path = path;
    this.header = header;
  }

  /** True until something was added. */
  get empty(): boolean {
    return this.parts.length === 0;
  }

  add(...parts: readonly string[]): void {
    this.parts.push(...parts);
  }

  /**
   * Makes `name` of the module at `path` (relative to the same folder, without suffix) known, and returns
   * it, so that it can be called inside a template.
   */
  use(name: string, path: string, as: "type" | "value" = "value"): string {
    if (`${path}.ts` === this.path) return name;
    const names = this.imports.get(path) ?? new Map<string, "type" | "value">();
    if (as === "value" || !names.has(name)) names.set(name, as);
    this.imports.set(path, names);
    return name;
  }

  /** Other generated files that this one needs. */
  get dependencies(): readonly string[] {
    return [...this.imports.keys()].filter((path) => !path.startsWith("..")).map((path) => `${path}.ts`);
  }

  toString(): string {
    const imports = [...this.imports].map(([path, names]) => {
      const onlyTypes = [...names.values()].every((as) => as === "type");
      const list = [...names].map(([name, as]) => (as === "type" && !onlyTypes ? `type ${name}` : name));
      return `import ${onlyTypes ? "type " : ""}{ ${list.join(", ")} } from "${relative(this.path, path)}.js";\n`;
    });
    return `${this.header}\n\n${imports.join("")}\n${this.parts.join("\n")}`;
  }
}

/** A module specifier from one file to another; both relative to the same folder. */
function relative(from: string, to: string): string {
  const fromFolder = from.split("/").slice(0, -1);
  const target = to.split("/");
  let common = 0;
  while (common < fromFolder.length && fromFolder[common] === target[common]) common++;
  const up = fromFolder.slice(common).map(() => "..");
  const here = up.length === 0 && target[common] !== ".." ? ["."] : up;
  return [...here, ...target.slice(common)].join("/");
}
