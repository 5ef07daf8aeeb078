export { callWithDescriptors, type Delivery, type DescriptorRoute } from "./call-with-descriptors.js";
export { type Carrier, DescriptorLayer, type Received, type Sendable } from "./descriptor-layer.js";
