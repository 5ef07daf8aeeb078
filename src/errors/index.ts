export * from "./libvirt-error.js";
export * from "./local-errors.js";
export * from "./remote-errors.js";
