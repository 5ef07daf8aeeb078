export { SecretDriver } from "./secret-driver.js";
