export { authRoutes, type SaslMechanism, type SaslOptions } from "./auth-routes.js";
