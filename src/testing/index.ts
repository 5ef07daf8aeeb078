export { dialEmbedded } from "./embedded.js";
export { Hypervisor, type HypervisorOptions } from "./hypervisor.js";
export { createTestServer, TestServer, type TestServerOptions } from "./test-server.js";
