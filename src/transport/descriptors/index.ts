export type { DescriptorCarrier } from "./descriptor-transport.js";
export { dialDescriptors, socketOf } from "./dial.js";
export type { Handle } from "./handle.js";
export { type Descriptor, type Sendable, sendable } from "./sendable.js";
