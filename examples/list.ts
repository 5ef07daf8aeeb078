// list.ts [URI]: the domains of a hypervisor, and what they use.
import { connect, DomainState } from "libvirt-rpc";

await using conn = await connect(process.argv[2] ?? "test:///default", { readOnly: true });

for (const domain of await conn.listAllDomains()) {
  const { state, memory, nrVirtCpu } = await domain.getInfo();
  const running = state === DomainState.RUNNING ? "running" : "not running";
  console.log(`${domain.name}: ${running}, ${nrVirtCpu} CPUs, ${memory / 1024n} MiB`);
}
