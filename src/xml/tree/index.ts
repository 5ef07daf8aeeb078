/** Documents as trees that have all of them. */
export { formatXml } from "./format.js";
export { DEFAULT_LIMITS, type XmlLimits } from "./limits.js";
export {
  textOf,
  type XmlCData,
  type XmlComment,
  type XmlDocument,
  type XmlElement,
  type XmlInstruction,
  type XmlNode,
  type XmlText,
  xmlElement,
} from "./nodes.js";
export { parseXml } from "./parse.js";
