import type { Case } from "../compare.js";

/** What virsh and we ask of a hypervisor whose guests answer; OTHER is another hypervisor. */
export const GUESTS: readonly (string | Case)[] = [
  'qemu-monitor-command test \'{"execute":"query-status"}\'',
  'qemu-monitor-command test --pretty \'{"execute":"query-status"}\'',
  'qemu-monitor-command test --return-value \'{"execute":"query-status"}\'',
  'qemu-monitor-command test --pretty --return-value \'{"execute":"query-status"}\'',
  "qemu-monitor-command test --hmp info status",
  "qemu-monitor-command test --hmp --pretty info status",
  "qemu-monitor-command nobody x",
  'qemu-agent-command test \'{"execute":"guest-ping"}\'',
  'qemu-agent-command test --pretty \'{"execute":"guest-ping"}\'',
  'qemu-agent-command test --async \'{"execute":"guest-ping"}\'',
  'qemu-agent-command test --block \'{"execute":"guest-ping"}\'',
  'qemu-agent-command test --timeout 3 \'{"execute":"guest-ping"}\'',
  "qemu-agent-command nobody x",
  "guestinfo test",
  "guestinfo test --user --os --timezone --hostname --filesystem --disk --interface",
  "guestinfo nobody",
  "domjobabort test",
  { words: "migrate g OTHER --live", before: "connect OTHER; destroy g; connect SERVER; create DIR/g.xml" },
  { words: "domstate g" },
  {
    words: "migrate g OTHER --live --verbose",
    before: "connect OTHER; destroy g; connect SERVER; create DIR/g.xml",
    // How often progress is told is up to the clock.
    masks: [/(?:\r?Migration: \[ *\d+ %\])+/],
  },
  {
    words: "migrate g OTHER --live --persistent --dname h --timeout 100 --timeout-suspend",
    before: "connect OTHER; destroy g; destroy h; undefine h; connect SERVER; destroy g; create DIR/g.xml",
  },
  { words: "-c OTHER list --all --name" },
  { words: "migrate nobody OTHER" },
];
