export { MomentDriver } from "./moment-driver.js";
