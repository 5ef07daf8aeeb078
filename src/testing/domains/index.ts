export type { AddressPlan } from "./cards.js";
export { DEFAULT_DOMAIN } from "./default-domain.js";
export type { TestDomain } from "./domain.js";
export { DomainDriver, type DomainSeed } from "./domain-driver.js";
export { DomainPark } from "./domain-park.js";
export type { DomainHistory } from "./lookup.js";
