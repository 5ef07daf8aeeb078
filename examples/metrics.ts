// metrics.ts [URI [PORT]]: what domains use, for Prometheus at http://localhost:9177/metrics.
import { createServer } from "node:http";
import { connect, DomainStatsTypes } from "libvirt-rpc";
import { Gauge, register } from "prom-client";

const [, , uri = "test:///default", port = "9177"] = process.argv;
const { STATE, CPU_TOTAL, BALLOON } = DomainStatsTypes;
const METRICS = {
  "state.state": new Gauge({ name: "libvirt_domain_state", help: "virDomainState", labelNames: ["domain"] }),
  "cpu.time": new Gauge({ name: "libvirt_domain_cpu_seconds", help: "CPU time", labelNames: ["domain"] }),
  "balloon.current": new Gauge({ name: "libvirt_domain_memory_kib", help: "memory", labelNames: ["domain"] }),
};

const conn = await connect(uri, { readOnly: true, reconnect: { retryReads: true } });

async function collect(): Promise<string> {
  register.resetMetrics();
  const records = await conn.getAllDomainStats(STATE | CPU_TOTAL | BALLOON, { timeoutMs: 5000 });
  for (const { domain, params } of records) {
    for (const [field, gauge] of Object.entries(METRICS)) {
      const value = Number(params[field] ?? Number.NaN);
      if (!Number.isNaN(value))
        gauge.set({ domain: domain.name }, field === "cpu.time" ? value / 1e9 : value);
    }
  }
  return await register.metrics();
}

const server = createServer((_request, response) => {
  collect().then(
    (text) => response.setHeader("Content-Type", register.contentType).end(text),
    (error: unknown) => response.writeHead(503).end(String(error)),
  );
});
server.listen(Number(port), () => console.log(`http://localhost:${port}/metrics`));
