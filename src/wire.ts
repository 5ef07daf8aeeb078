export type * from "./protocol/generated/admin/index.js";
export type * from "./protocol/generated/remote/index.js";
