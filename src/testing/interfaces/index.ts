export { DEFAULT_INTERFACE, InterfaceDriver } from "./interface-driver.js";
