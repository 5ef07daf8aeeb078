export { getMetadata, type MetadataChange, setMetadata } from "./metadata.js";
export { parseXml, XmlSyntaxError } from "./parse.js";
export { bytesOf, kibibytesOf, readDocument, readFragment, uuidOf } from "./values.js";
export { textElement, XmlElement, type XmlNode } from "./xml-element.js";
