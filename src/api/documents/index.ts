export { formatDocument, parseDocument } from "./text.js";
export type { Documents } from "./types.js";
