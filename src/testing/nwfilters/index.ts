export { NwfilterDriver } from "./nwfilter-driver.js";
