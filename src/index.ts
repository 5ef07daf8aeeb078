export * from "./api/index.js";
export * from "./errors/index.js";
export * from "./protocol/generated/constants/index.js";
export type { CallOptions } from "./protocol/index.js";
