export { HostDriver } from "./host-driver.js";
