import type { DeclarationModel, TypeModel } from "../model.js";
import { type Position, SourceError } from "./source-error.js";

/** Types that a value of this type always contains. What is optional or counted may be absent, and ends a recursion. */
function contents(type: TypeModel): readonly string[] {
  const always = (declarations: readonly DeclarationModel[]): readonly string[] =>
    declarations
      .filter(({ optional, max }) => optional === undefined && max === undefined)
      .map((declaration) => declaration.type);
  switch (type.kind) {
    case "enum":
      return [];
    case "typedef":
      return always([type.type]);
    case "struct":
      return always(type.fields);
    // An arm need not be taken, but a union that leads back to itself is a mistake in every protocol known.
    case "union":
      return always(type.arms.flatMap(({ field }) => (field === undefined ? [] : [field])));
  }
}

/** Refuses types that contain themselves, and would have no end. */
export function checkRecursion(types: readonly TypeModel[], positions: ReadonlyMap<string, Position>): void {
  const byName = new Map(types.map((type) => [type.name, type]));
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): void => {
    const type = byName.get(name);
    if (type === undefined || done.has(name)) return;
    if (path.includes(name)) {
      const at = positions.get(name) ?? { file: "?", line: 0, column: 0 };
      const cycle = [...path.slice(path.indexOf(name)), name].join(" → ");
      throw new SourceError(at, `the type '${name}' contains itself: ${cycle}`);
    }
    for (const inner of contents(type)) visit(inner, [...path, name]);
    done.add(name);
  };
  for (const { name } of types) visit(name, []);
}
