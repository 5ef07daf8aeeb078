import type { Command } from "./command.js";
import type { Entry } from "./entry.js";

type Loader = () => Promise<Readonly<Record<string, Command>>>;
/** The commands of a file: the name, where it is exported, and what it does. */
type Rows = readonly (readonly [name: string, exported: string, summary: string])[];

function entries(group: string, file: Loader, rows: Rows): Entry[] {
  return rows.map(([name, exported, summary]) => ({
    name,
    group,
    summary,
    load: async () => {
      const found = (await file())[exported];
      if (found === undefined) throw new Error(`the command ${name} is not where it should be`);
      return found;
    },
  }));
}

const complete: Loader = () => import("./commands/complete.js");
const completion: Loader = () => import("./commands/completion.js");
const console_: Loader = () => import("./commands/console.js");
const devices: Loader = () => import("./commands/domain-devices.js");
const block: Loader = () => import("./commands/block.js");
const blockCopy: Loader = () => import("./commands/block-copy.js");
const card: Loader = () => import("./commands/card.js");
const checkpoint: Loader = () => import("./commands/checkpoint.js");
const life: Loader = () => import("./commands/domain-life.js");
const disk: Loader = () => import("./commands/disk.js");
const display: Loader = () => import("./commands/display.js");
const domainList: Loader = () => import("./commands/domain-list.js");
const words: Loader = () => import("./commands/domain-words.js");
const show: Loader = () => import("./commands/domain-show.js");
const device: Loader = () => import("./commands/device.js");
const edit: Loader = () => import("./commands/edit.js");
const event: Loader = () => import("./commands/event.js");
const guest: Loader = () => import("./commands/guest.js");
const host: Loader = () => import("./commands/host.js");
const hostInterface: Loader = () => import("./commands/interface.js");
const inside: Loader = () => import("./commands/inside.js");
const job: Loader = () => import("./commands/job.js");
const limits: Loader = () => import("./commands/limits.js");
const migrate: Loader = () => import("./commands/migrate.js");
const networkPort: Loader = () => import("./commands/network-port.js");
const network: Loader = () => import("./commands/network.js");
const nodedev: Loader = () => import("./commands/nodedev.js");
const node: Loader = () => import("./commands/node.js");
const nwfilter: Loader = () => import("./commands/nwfilter.js");
const objectEvents: Loader = () => import("./commands/object-event.js");
const pin: Loader = () => import("./commands/pin.js");
const poolAs: Loader = () => import("./commands/pool-as.js");
const pool: Loader = () => import("./commands/pool.js");
const saved: Loader = () => import("./commands/saved.js");
const secret: Loader = () => import("./commands/secret.js");
const snapshotTake: Loader = () => import("./commands/snapshot-take.js");
const snapshot: Loader = () => import("./commands/snapshot.js");
const tune: Loader = () => import("./commands/tune.js");
const undefine: Loader = () => import("./commands/undefine.js");
const volumeMake: Loader = () => import("./commands/volume-make.js");
const volumeTransfer: Loader = () => import("./commands/volume-transfer.js");
const volume: Loader = () => import("./commands/volume.js");
const watch: Loader = () => import("./commands/watch.js");

/** Every command, by name. */
export const CATALOGUE: readonly Entry[] = [
  ...entries("domain", life, [
    ["autostart", "autostart", "start a domain with its host, or no longer"],
    ["create", "create", "create a domain from a file"],
    ["define", "define", "define a domain from a file, without starting it"],
    ["destroy", "destroy", "stop a domain at once"],
    ["domrename", "domrename", "give an inactive domain another name"],
    ["managedsave", "managedsave", "put a domain's state away until it is started again"],
    ["managedsave-remove", "managedsaveRemove", "remove a domain's managed save"],
    ["reboot", "reboot", "reboot a domain"],
    ["reset", "reset", "reset a domain as if by its button"],
    ["restore", "restore", "restore a domain from a saved state in a file"],
    ["resume", "resume", "have a suspended domain go on"],
    ["save", "save", "save a domain's state to a file"],
    ["shutdown", "shutdown", "ask a domain to shut down"],
    ["start", "start", "start an inactive domain"],
    ["suspend", "suspend", "suspend a domain"],
  ]),
  ...entries("domain", undefine, [["undefine", "undefine", "remove a domain's definition"]]),
  ...entries("domain", edit, [["edit", "domainEdit", "change a domain's document in an editor"]]),
  ...entries("domain", show, [
    ["domhostname", "domhostname", "print a domain's host name"],
    ["domid", "domid", "print a domain's id, by its name or UUID"],
    ["domname", "domname", "print a domain's name, by its id or UUID"],
    ["domuuid", "domuuid", "print a domain's UUID, by its name or id"],
    ["dumpxml", "dumpxml", "print a domain's document"],
  ]),
  ...entries("domain", tune, [
    ["migrate-getspeed", "migrateGetspeed", "tell how fast a domain's migration may be"],
    ["migrate-setspeed", "migrateSetspeed", "set how fast a domain's migration may be"],
    ["setmaxmem", "setmaxmem", "set the most memory that a domain can have"],
    ["setmem", "setmem", "set a domain's memory"],
    ["setvcpus", "setvcpus", "set how many processors a domain has"],
    ["vcpucount", "vcpucount", "tell how many processors a domain has"],
    ["vcpuinfo", "vcpuinfo", "tell the facts of a domain's processors"],
  ]),
  ...entries("domain", guest, [
    ["qemu-agent-command", "qemuAgentCommand", "ask the agent inside a guest"],
    ["qemu-monitor-command", "qemuMonitorCommand", "ask QEMU's monitor"],
    ["screenshot", "screenshot", "store a picture of a domain's screen"],
  ]),
  ...entries("domain", migrate, [["migrate", "migrate", "move a domain to another host"]]),
  ...entries("domain", console_, [["console", "openConsole", "open a domain's console"]]),
  ...entries("domain", words, [["desc", "desc", "show or set a domain's description or title"]]),
  ...entries("domain", words, [
    ["metadata", "metadata", "show or set what a program keeps in a domain's document"],
  ]),
  ...entries("monitor", devices, [
    ["domblkinfo", "domblkinfo", "tell the sizes of a domain's disk"],
    ["domblklist", "domblklist", "list a domain's disks"],
    ["domblkstat", "domblkstat", "tell what goes on with a domain's disk"],
    ["domifaddr", "domifaddr", "tell the addresses of a domain's network cards"],
    ["domiflist", "domiflist", "list a domain's network cards"],
    ["domifstat", "domifstat", "tell what goes on with a domain's network card"],
  ]),
  ...entries("monitor", show, [
    ["domcontrol", "domcontrol", "tell whether a domain can be controlled at the moment"],
    ["dominfo", "dominfo", "tell the main facts of a domain"],
    ["domstate", "domstate", "tell a domain's state"],
  ]),
  ...entries("monitor", domainList, [["list", "list", "list domains"]]),
  ...entries("monitor", tune, [
    ["dommemstat", "dommemstat", "tell what goes on with a domain's memory"],
    ["domstats", "domstats", "tell what goes on with domains, all at once"],
  ]),
  ...entries("monitor", watch, [["watch", "watch", "show what domains do, always up to date"]]),
  ...entries("events", event, [["event", "event", "print what happens to domains"]]),
  ...entries("host", host, [
    ["capabilities", "capabilities", "print what the hypervisor can do"],
    ["cpu-models", "cpuModels", "list the models of processor of an architecture"],
    ["domcapabilities", "domcapabilities", "print what domains of a kind can have"],
    ["freecell", "freecell", "tell how much memory is free"],
    ["hostname", "hostname", "print the host's name"],
    ["maxvcpus", "maxvcpus", "print how many processors a domain can have"],
    ["nodeinfo", "nodeinfo", "tell the main facts of the host"],
    ["sysinfo", "sysinfo", "print what the host's firmware says of it"],
    ["uri", "uri", "print the hypervisor's URI"],
    ["version", "version", "print versions"],
  ]),
  ...entries("network", network, [
    ["net-autostart", "autostart", "start a network with its host, or no longer"],
    ["net-create", "create", "create a network from a file"],
    ["net-define", "define", "define a network from a file, without starting it"],
    ["net-destroy", "destroy", "stop a network"],
    ["net-dhcp-leases", "dhcpLeases", "list the addresses that a network has handed out"],
    ["net-dumpxml", "dumpxml", "print a network's document"],
    ["net-info", "info", "tell the main facts of a network"],
    ["net-list", "list", "list networks"],
    ["net-name", "name", "print a network's name, by its UUID"],
    ["net-start", "start", "start an inactive network"],
    ["net-undefine", "undefine", "remove a network's definition"],
    ["net-update", "update", "change a part of a network"],
    ["net-uuid", "uuid", "print a network's UUID, by its name"],
  ]),
  ...entries("network", edit, [["net-edit", "networkEdit", "change a network's document in an editor"]]),
  ...entries("network", objectEvents, [["net-event", "networkEvent", "print what happens to networks"]]),
  ...entries("network", networkPort, [
    ["net-port-create", "create", "create a port of a network from a file"],
    ["net-port-delete", "remove", "delete a port of a network"],
    ["net-port-dumpxml", "dumpxml", "print a port's document"],
    ["net-port-list", "list", "list the ports of a network"],
  ]),
  ...entries("nodedev", nodedev, [
    ["nodedev-create", "create", "create a device on the host from a file"],
    ["nodedev-destroy", "destroy", "take a device away from the host"],
    ["nodedev-dumpxml", "dumpxml", "print a device's document"],
    ["nodedev-info", "info", "tell the main facts of a device"],
    ["nodedev-list", "list", "list devices of the host"],
  ]),
  ...entries("nodedev", objectEvents, [
    ["nodedev-event", "nodeDeviceEvent", "print what happens to devices"],
  ]),
  ...entries("secret", secret, [
    ["secret-define", "define", "define a secret from a file, or change one"],
    ["secret-dumpxml", "dumpxml", "print a secret's document"],
    ["secret-get-value", "getValue", "print a secret's value"],
    ["secret-list", "list", "list secrets"],
    ["secret-set-value", "setValue", "set a secret's value"],
    ["secret-undefine", "undefine", "remove a secret"],
  ]),
  ...entries("secret", objectEvents, [["secret-event", "secretEvent", "print what happens to secrets"]]),
  ...entries("snapshot", snapshotTake, [
    ["snapshot-create", "create", "take a snapshot, from a file"],
    ["snapshot-create-as", "createAs", "take a snapshot, from arguments"],
    ["snapshot-current", "current", "print the snapshot that a domain goes on from, or set it"],
  ]),
  ...entries("snapshot", snapshot, [
    ["snapshot-delete", "remove", "delete a snapshot"],
    ["snapshot-dumpxml", "dumpxml", "print a snapshot's document"],
    ["snapshot-info", "info", "tell the main facts of a snapshot"],
    ["snapshot-list", "list", "list a domain's snapshots"],
    ["snapshot-parent", "parent", "print the name of a snapshot's parent"],
    ["snapshot-revert", "revert", "bring a domain back to a snapshot"],
  ]),
  ...entries("snapshot", edit, [
    ["snapshot-edit", "snapshotEdit", "change a snapshot's document in an editor"],
  ]),
  ...entries("pool", poolAs, [
    ["find-storage-pool-sources", "findSources", "tell what pools could be made on, by a document"],
    ["find-storage-pool-sources-as", "findSourcesAs", "tell what pools could be made on"],
    ["pool-capabilities", "capabilities", "print what pools can be like"],
    ["pool-create-as", "createAs", "create a pool from arguments"],
    ["pool-define-as", "defineAs", "define a pool from arguments, without starting it"],
  ]),
  ...entries("pool", pool, [
    ["pool-autostart", "autostart", "start a pool with its host, or no longer"],
    ["pool-build", "build", "build what a pool is made on"],
    ["pool-create", "create", "create a pool from a file"],
    ["pool-define", "define", "define a pool from a file, without starting it"],
    ["pool-delete", "remove", "delete what an inactive pool is made on"],
    ["pool-destroy", "destroy", "stop a pool"],
    ["pool-dumpxml", "dumpxml", "print a pool's document"],
    ["pool-info", "info", "tell the main facts of a pool"],
    ["pool-list", "list", "list pools"],
    ["pool-name", "name", "print a pool's name, by its UUID"],
    ["pool-refresh", "refresh", "look anew what is in a pool"],
    ["pool-start", "start", "start an inactive pool"],
    ["pool-undefine", "undefine", "remove a pool's definition"],
    ["pool-uuid", "uuid", "print a pool's UUID, by its name"],
  ]),
  ...entries("pool", edit, [["pool-edit", "poolEdit", "change a pool's document in an editor"]]),
  ...entries("pool", objectEvents, [["pool-event", "poolEvent", "print what happens to pools"]]),
  ...entries("volume", volumeMake, [
    ["vol-clone", "clone", "copy a volume"],
    ["vol-create", "create", "create a volume from a file"],
    ["vol-create-as", "createAs", "create a volume from arguments"],
    ["vol-create-from", "createFrom", "create a volume from a file, with the contents of another volume"],
  ]),
  ...entries("volume", volume, [
    ["vol-delete", "remove", "delete a volume"],
    ["vol-dumpxml", "dumpxml", "print a volume's document"],
    ["vol-info", "info", "tell the main facts of a volume"],
    ["vol-key", "key", "print a volume's key, by its name or path"],
    ["vol-list", "list", "list the volumes of a pool"],
    ["vol-name", "name", "print a volume's name, by its key or path"],
    ["vol-path", "path", "print a volume's path, by its name or key"],
    ["vol-pool", "pool", "print a volume's pool, by its key or path"],
    ["vol-resize", "resize", "give a volume another size"],
    ["vol-wipe", "wipe", "overwrite what is in a volume"],
  ]),
  ...entries("volume", volumeTransfer, [
    ["vol-download", "download", "write what is in a volume to a file"],
    ["vol-upload", "upload", "put what is in a file into a volume"],
  ]),
  ...entries("self", host, [["connect", "connectTo", "try a connection"]]),
  ...entries("self", complete, [["complete", "complete", "complete a command line"]]),
  ...entries("self", completion, [
    ["completion", "completion", "print what a shell needs to complete command lines"],
  ]),
  ...entries("domain", device, [
    ["attach-device", "attach", "give a domain a device, from a file"],
    ["detach-device", "detach", "take a device from a domain, by a file"],
    ["detach-device-alias", "detachAlias", "take a device from a domain, by its alias"],
    ["update-device", "update", "change a domain's device, by a file"],
  ]),
  ...entries("domain", disk, [
    ["attach-disk", "attachDisk", "give a domain a disk"],
    ["change-media", "changeMedia", "change what is in a domain's CD or floppy drive"],
    ["detach-disk", "detachDisk", "take a disk from a domain"],
  ]),
  ...entries("domain", display, [
    ["domdisplay", "domdisplay", "print where a domain's screen can be seen"],
    ["ttyconsole", "ttyconsole", "print the device of a domain's console"],
    ["vncdisplay", "vncdisplay", "print where a domain's screen can be seen by VNC"],
  ]),
  ...entries("domain", inside, [
    ["domfsfreeze", "domfsfreeze", "have a guest's file systems stand still"],
    ["domfsinfo", "domfsinfo", "list the file systems that a guest has mounted"],
    ["domfsthaw", "domfsthaw", "have a guest's file systems go on"],
    ["domfstrim", "domfstrim", "have a guest give back what its file systems do not use"],
    ["guestinfo", "guestinfo", "tell what the agent inside a guest knows"],
    ["inject-nmi", "injectNmi", "send a domain an interrupt that cannot be masked"],
    ["send-key", "sendKey", "press keys of a domain"],
    ["set-user-password", "setUserPassword", "set a password inside a guest"],
  ]),
  ...entries("monitor", inside, [["domtime", "domtime", "tell or set a guest's time"]]),
  ...entries("domain", pin, [
    ["cpu-stats", "cpuStats", "tell how much processor time a domain has used"],
    ["emulatorpin", "emulatorpin", "tell or choose where a domain's emulator runs"],
    ["schedinfo", "schedinfo", "tell or set how a domain is scheduled"],
    ["vcpupin", "vcpupin", "tell or choose where a domain's processors run"],
  ]),
  ...entries("host", node, [
    ["nodecpumap", "nodecpumap", "tell which of the host's processors are online"],
    ["nodecpustats", "nodecpustats", "tell what the host's processors do"],
    ["nodememstats", "nodememstats", "tell what the host's memory is used for"],
  ]),
  ...entries("domain", block, [
    ["blockcommit", "blockcommit", "put what is in a disk's file into the file below"],
    ["blockjob", "blockjob", "tell of a disk's job, or end it"],
    ["blockpull", "blockpull", "take what is in the files below into a disk's own file"],
    ["blockresize", "blockresize", "give a domain's disk another size"],
  ]),
  ...entries("monitor", block, [["domblkerror", "domblkerror", "tell the errors of a domain's disks"]]),
  ...entries("domain", job, [
    ["domjobabort", "domjobabort", "give up what a domain is busy with"],
    ["domjobinfo", "domjobinfo", "tell what a domain is busy with"],
    ["dump", "dump", "write a domain's memory to a file"],
  ]),
  ...entries("domain", limits, [
    ["blkdeviotune", "blkdeviotune", "tell or set how fast a domain's disk may be"],
    ["domiftune", "domiftune", "tell or set how fast a domain's network card may be"],
    ["memtune", "memtune", "tell or set how much of the host's memory a domain may take"],
  ]),
  ...entries("domain", saved, [
    ["managedsave-dumpxml", "managedsaveDumpxml", "print the document in a domain's managed save"],
    ["save-image-dumpxml", "saveImageDumpxml", "print the document in a saved state"],
  ]),
  ...entries("domain", blockCopy, [["blockcopy", "blockcopy", "copy a disk that is in use"]]),
  ...entries("domain", card, [
    ["attach-interface", "attachInterface", "give a domain a network card"],
    ["detach-interface", "detachInterface", "take a network card from a domain"],
    ["domif-setlink", "domifSetlink", "plug a network card's cable in, or pull it out"],
  ]),
  ...entries("monitor", card, [
    ["domif-getlink", "domifGetlink", "tell whether a network card's cable is plugged in"],
  ]),
  ...entries("checkpoint", checkpoint, [
    ["checkpoint-create", "create", "take a checkpoint, from a file"],
    ["checkpoint-create-as", "createAs", "take a checkpoint, from arguments"],
    ["checkpoint-delete", "remove", "delete a checkpoint"],
    ["checkpoint-dumpxml", "dumpxml", "print a checkpoint's document"],
    ["checkpoint-info", "info", "tell the main facts of a checkpoint"],
    ["checkpoint-list", "list", "list a domain's checkpoints"],
    ["checkpoint-parent", "parent", "print the name of a checkpoint's parent"],
  ]),
  ...entries("checkpoint", edit, [
    ["checkpoint-edit", "checkpointEdit", "change a checkpoint's document in an editor"],
  ]),
  ...entries("interface", hostInterface, [
    ["iface-begin", "begin", "begin changes of interfaces that can be taken back"],
    ["iface-commit", "commit", "keep the changes since iface-begin"],
    ["iface-define", "define", "define an interface from a file, without starting it"],
    ["iface-destroy", "destroy", "stop an interface"],
    ["iface-dumpxml", "dumpxml", "print an interface's document"],
    ["iface-list", "list", "list interfaces of the host"],
    ["iface-mac", "mac", "print an interface's hardware address, by its name"],
    ["iface-name", "name", "print an interface's name, by its hardware address"],
    ["iface-rollback", "rollback", "take back the changes since iface-begin"],
    ["iface-start", "start", "start an inactive interface"],
    ["iface-undefine", "undefine", "remove an interface's definition"],
  ]),
  ...entries("interface", edit, [
    ["iface-edit", "interfaceEdit", "change an interface's document in an editor"],
  ]),
  ...entries("filter", nwfilter, [
    ["nwfilter-define", "define", "define a network filter from a file"],
    ["nwfilter-dumpxml", "dumpxml", "print a network filter's document"],
    ["nwfilter-list", "list", "list network filters"],
    ["nwfilter-undefine", "undefine", "remove a network filter"],
  ]),
  ...entries("filter", edit, [
    ["nwfilter-edit", "filterEdit", "change a network filter's document in an editor"],
  ]),
].toSorted((a, b) => (a.name < b.name ? -1 : 1));

const byName = new Map(CATALOGUE.map((entry) => [entry.name, entry]));

export function findEntry(name: string): Entry | undefined {
  return byName.get(name);
}
