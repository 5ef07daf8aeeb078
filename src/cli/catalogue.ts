import type { Command } from "./command.js";

/** A command, as much as is known of it without loading it. */
export interface Entry {
  readonly name: string;
  /** A keyword of `GROUPS`. */
  readonly group: string;
  readonly summary: string;
  load(): Promise<Command>;
}

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

const life: Loader = () => import("./commands/domain-life.js");
const show: Loader = () => import("./commands/domain-show.js");
const devices: Loader = () => import("./commands/domain-devices.js");

/** Every command, in the order of `help`. */
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
    ["undefine", "undefine", "remove a domain's definition"],
  ]),
  ...entries("domain", show, [
    ["desc", "desc", "show or set a domain's description or title"],
    ["domhostname", "domhostname", "print a domain's host name"],
    ["domid", "domid", "print a domain's id, by its name or UUID"],
    ["domname", "domname", "print a domain's name, by its id or UUID"],
    ["domuuid", "domuuid", "print a domain's UUID, by its name or id"],
    ["dumpxml", "dumpxml", "print a domain's document"],
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
  ...entries("monitor", () => import("./commands/domain-list.js"), [["list", "list", "list domains"]]),
];

const byName = new Map(CATALOGUE.map((entry) => [entry.name, entry]));

export function findEntry(name: string): Entry | undefined {
  return byName.get(name);
}
