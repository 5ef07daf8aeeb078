import type { FieldAnnotations, Generate, ProcedureModel } from "../model.js";
import { type Position, SourceError } from "./source-error.js";

/** A comment without its delimiters. */
function inner(comment: string): string {
  return comment
    .replace(/^\/\*+/, "")
    .replace(/\*+\/$/, "")
    .trim();
}

/** `insert@N` behind the opening brace of a struct. Other comments there are prose. */
export function structAnnotation(comments: readonly string[], at: Position): number | undefined {
  const { insertAt, ...others } = fieldAnnotations(comments, at) ?? {};
  for (const name of Object.keys(others))
    throw new SourceError(at, `a struct cannot have the annotation '${name}'`);
  return insertAt;
}

/** Annotations behind a field. A comment is one when it is a cast, `call-by-reference`, or has an `@`. */
export function fieldAnnotations(comments: readonly string[], at: Position): FieldAnnotations | undefined {
  let found: FieldAnnotations | undefined;
  for (const comment of comments) {
    const text = inner(comment);
    const annotation = readFieldAnnotation(text);
    if (annotation !== undefined) found = { ...found, ...annotation };
    else if (text.includes("@")) {
      throw new SourceError(
        at,
        `unknown annotation '${text}': expected insert@N, alloc@N@TYPE@N, call-by-reference or a cast`,
      );
    }
  }
  return found;
}

function readFieldAnnotation(text: string): FieldAnnotations | undefined {
  if (text === "call-by-reference") return { callByReference: true };
  const insert = /^insert@(\d+)$/.exec(text);
  if (insert !== null) return { insertAt: Number(insert[1]) };
  const alloc = /^alloc@(\d+)@([a-z ]+)@(\d+)$/.exec(text);
  if (alloc !== null) {
    return { alloc: { at: Number(alloc[1]), countType: alloc[2] ?? "", countAt: Number(alloc[3]) } };
  }
  const cast = /^\(([a-z ]+ \*+)\)$/.exec(text);
  return cast === null ? undefined : { cast: cast[1] };
}

type ProcedureAnnotations = Pick<
  ProcedureModel,
  "generate" | "priority" | "stream" | "sparseFlag" | "acl" | "aclFilter"
>;

const RULE = /^[a-z_]+:[a-z_]+(?::[!|A-Z0-9_]*(?::[a-z]+:[A-Z0-9_]+)?)?$/;

/** Annotations in the comment with two stars before a procedure. */
export function procedureAnnotations(comments: readonly string[], at: Position): ProcedureAnnotations {
  const lines = comments
    .filter((comment) => comment.startsWith("/**"))
    .flatMap((comment) => inner(comment).split("\n"))
    .map((line) => line.replace(/^[\s*]*/, "").trim())
    .filter((line) => line.startsWith("@"));
  const once = new Map<string, string>();
  const acl: string[] = [];
  const aclFilter: string[] = [];
  for (const line of lines) {
    const [, name = "", value = ""] = /^@([a-z]*):?\s*(.*)$/.exec(line) ?? [];
    if (name === "acl" || name === "aclfilter") {
      if (value === "none") continue;
      if (!RULE.test(value)) throw wrong(at, name, value, "OBJECT:PERMISSION[:FLAG]");
      (name === "acl" ? acl : aclFilter).push(value);
    } else if (SHAPES[name] === undefined) {
      throw new SourceError(at, `unknown annotation '@${name}': expected one of ${known()}`);
    } else if (!SHAPES[name].test(value)) {
      throw wrong(at, name, value, SHAPES[name].source.slice(1, -1));
    } else if (once.has(name)) {
      throw new SourceError(at, `the annotation '@${name}' stands here twice`);
    } else once.set(name, value);
  }
  const generate = once.get("generate") as Generate | undefined;
  return {
    ...(generate === undefined ? {} : { generate }),
    priority: once.get("priority") === "high" ? "high" : "low",
    ...streamAnnotation(once),
    ...(once.has("sparseflag") ? { sparseFlag: once.get("sparseflag") } : {}),
    acl,
    ...(aclFilter.length === 0 ? {} : { aclFilter }),
  };
}

/** The annotations that stand at most once, and what their values look like. */
const SHAPES: Readonly<Record<string, RegExp>> = {
  generate: /^(?:none|client|server|both)$/,
  priority: /^(?:low|high)$/,
  readstream: /^[0-9]+$/,
  writestream: /^[0-9]+$/,
  sparseflag: /^[A-Z_]+$/,
};

function known(): string {
  return [...Object.keys(SHAPES), "acl", "aclfilter"].map((name) => `@${name}`).join(", ");
}

function wrong(at: Position, name: string, value: string, shape: string): SourceError {
  return new SourceError(at, `wrong value '${value}' of the annotation '@${name}': expected ${shape}`);
}

function streamAnnotation(once: ReadonlyMap<string, string>): Pick<ProcedureModel, "stream"> {
  for (const direction of ["read", "write"] as const) {
    const at = once.get(`${direction}stream`);
    if (at !== undefined) return { stream: { direction, at: Number(at) } };
  }
  return {};
}
