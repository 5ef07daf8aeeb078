export { ConnectDriver, type Identity, requireOpen } from "./connect-driver.js";
export { eventRoutes } from "./event-routes.js";
