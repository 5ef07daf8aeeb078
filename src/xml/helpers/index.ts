/** Changes to documents that people make daily. */
export { type BootClass, type BootDevice, setBootOrder } from "./boot-order.js";
export { addDevice, type DeviceKind, type DeviceOf, findDevices, removeDevices } from "./devices.js";
export { getMetadata, setMetadata, type WithMetadata } from "./metadata.js";
export { type MemorySize, setMemory, setVcpus } from "./resources.js";
