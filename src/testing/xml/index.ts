export { parseXml, XmlSyntaxError } from "./parse.js";
export { textElement, XmlElement, type XmlNode } from "./xml-element.js";
