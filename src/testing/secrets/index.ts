export { SecretDriver, type SecretSeed } from "./secret-driver.js";
