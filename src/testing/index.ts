export type { SaslMechanism, SaslOptions } from "./auth/index.js";
export { createHypervisor, dialEmbedded, type EmbeddedHypervisor, type EmbeddedOptions } from "./embedded.js";
export type { FaultError, Faults } from "./faults.js";
export type { HostFacts } from "./host/index.js";
export { type Contents, Hypervisor, type HypervisorOptions } from "./hypervisor.js";
export { createTestServer, TestServer, type TestServerOptions, type TestServerTls } from "./test-server.js";
