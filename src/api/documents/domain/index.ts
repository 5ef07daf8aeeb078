export { type DeviceCall, findIn, formatDevice } from "./devices.js";
export { editDomain } from "./edit.js";
