export { DEFAULT_DEVICES } from "./default-devices.js";
export { NodeDeviceDriver } from "./node-device-driver.js";
