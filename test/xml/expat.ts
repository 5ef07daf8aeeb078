import { execFileSync } from "node:child_process";

/** The canonical form (C14N) of a document, or why Python's parser refuses it. */
export type Canonical = { readonly text: string } | { readonly error: string };

/** Canonical forms, made by Python: equal for documents that say the same to every XML parser. */
export function canonical(documents: readonly string[]): Canonical[] {
  const answer = execFileSync("python3", ["test/xml/expat.py"], {
    input: JSON.stringify(documents),
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  return JSON.parse(answer) as Canonical[];
}
