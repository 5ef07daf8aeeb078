/** What can be done with documents. Knows no kind of document; those are imported one by one. */
export { type ValidationProblem, XmlError, type XmlErrorCode } from "../errors.js";
export type { DocumentKind, ElementType, ValueOf } from "../schema/index.js";
export {
  DEFAULT_LIMITS,
  formatXml,
  parseXml,
  textOf,
  type XmlCData,
  type XmlComment,
  type XmlDocument,
  type XmlElement,
  type XmlInstruction,
  type XmlLimits,
  type XmlNode,
  type XmlText,
  xmlElement,
} from "../tree/index.js";
export type { Difference } from "../typed/compare.js";
export { diff } from "./diff.js";
export { type FormatOptions, format } from "./format.js";
export { parse } from "./parse.js";
export { unknownPaths } from "./unknown-paths.js";
export { assertValid, validate } from "./validate.js";
