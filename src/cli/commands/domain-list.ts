import { Type } from "@sinclair/typebox";
import {
  type Domain,
  DomainMetadataType,
  ConnectListAllDomainsFlags as Filter,
  isLibvirtError,
} from "../../index.js";
import type { Arguments } from "../arguments.js";
import { type Command, command, flag } from "../command.js";
import { stateName } from "../domain-state.js";
import { table } from "../table.js";
import { UsageError } from "../usage-error.js";

const FILTERS: Readonly<Record<string, readonly [flags: number, help: string]>> = {
  transient: [Filter.TRANSIENT, "list transient domains"],
  persistent: [Filter.PERSISTENT, "list persistent domains"],
  "with-snapshot": [Filter.HAS_SNAPSHOT, "list domains with snapshots"],
  "without-snapshot": [Filter.NO_SNAPSHOT, "list domains without snapshots"],
  "with-checkpoint": [Filter.HAS_CHECKPOINT, "list domains with checkpoints"],
  "without-checkpoint": [Filter.NO_CHECKPOINT, "list domains without checkpoints"],
  "state-running": [Filter.RUNNING, "list running domains"],
  "state-paused": [Filter.PAUSED, "list paused domains"],
  "state-shutoff": [Filter.SHUTOFF, "list domains that are off"],
  "state-other": [Filter.OTHER, "list domains in other states"],
  autostart: [Filter.AUTOSTART, "list domains that start with the host"],
  "no-autostart": [Filter.NO_AUTOSTART, "list domains that do not start with the host"],
  "with-managed-save": [Filter.MANAGEDSAVE, "list domains with a managed save"],
  "without-managed-save": [Filter.NO_MANAGEDSAVE, "list domains without a managed save"],
};

interface Row {
  readonly id: number | undefined;
  readonly name: string;
  readonly uuid: string;
  readonly state: string;
  readonly title: string | undefined;
}

export const list: Command = command<readonly Row[]>({
  options: [
    flag("inactive", "list inactive domains"),
    flag("all", "list inactive and active domains"),
    ...Object.entries(FILTERS).map(([name, [, help]]) => flag(name, help)),
    flag("uuid", "list UUIDs only"),
    flag("name", "list names only"),
    flag("id", "list ids only"),
    flag("table", "list a table (default)"),
    flag("managed-save", "mark inactive domains with a managed save"),
    flag("title", "show titles"),
  ],
  schema: Type.Array(
    Type.Object({
      id: Type.Union([Type.Integer(), Type.Null()]),
      name: Type.String(),
      uuid: Type.String(),
      state: Type.String(),
      title: Type.Union([Type.String(), Type.Null()]),
    }),
  ),
  failure: () => "Failed to list domains",
  run: async (context, args) => {
    checkForms(args);
    let flags = args.flag("inactive") ? Filter.INACTIVE : Filter.ACTIVE;
    if (args.flag("all")) flags = Filter.INACTIVE | Filter.ACTIVE;
    // virsh takes a state for a wish to see whatever is in it.
    for (const [name, [bit]] of Object.entries(FILTERS)) if (args.flag(name)) flags |= bit;
    const domains = await (await context.connection()).listAllDomains({ flags });
    const saved = args.flag("managed-save");
    const rows = await Promise.all(domains.map((domain) => rowOf(domain, args.flag("title"), saved)));
    return rows.toSorted(byIdThenName);
  },
  text: (rows, args, { options: { quiet } }) => {
    const columns = ["id", "name", "uuid"].filter((each) => args.flag(each));
    if (columns.length > 0 && !args.flag("table")) {
      const cell = (row: Row, column: string): string =>
        column === "id" ? idText(row) : column === "name" ? row.name : row.uuid;
      return rows
        .map(
          (row) =>
            `${["id", "uuid", "name"]
              .filter((each) => columns.includes(each))
              .map((each) => cell(row, each))
              .join(" ")}\n`,
        )
        .join("");
    }
    const titles = args.flag("title");
    const header = ["Id", "Name", "State", ...(titles ? ["Title"] : [])];
    const cells = rows.map((row) => [idText(row), row.name, row.state, ...(titles ? [row.title ?? ""] : [])]);
    return table(header, cells, quiet);
  },
});

function checkForms(args: Arguments): void {
  for (const each of ["id", "uuid", "name"]) {
    if (!args.flag(each) || !args.flag("table")) continue;
    throw new UsageError(`Options --table and --${each} are mutually exclusive`);
  }
}

function idText({ id }: Row): string {
  return id === undefined ? "-" : String(id);
}

async function rowOf(domain: Domain, titles: boolean, saves: boolean): Promise<Row> {
  const { id, name, uuid } = domain;
  const [{ state }, title, saved] = await Promise.all([
    domain.getState(),
    titles ? titleOf(domain) : undefined,
    saves && id < 0 ? domain.hasManagedSaveImage() : false,
  ]);
  return { id: id < 0 ? undefined : id, name, uuid, state: saved ? "saved" : stateName(state), title };
}

async function titleOf(domain: Domain): Promise<string | undefined> {
  try {
    return await domain.getMetadata(DomainMetadataType.TITLE, undefined);
  } catch (error) {
    if (isLibvirtError(error, "NO_DOMAIN_METADATA")) return undefined;
    throw error;
  }
}

/** Running ones first, by number; the others by name. */
function byIdThenName(a: Row, b: Row): number {
  if (a.id !== undefined && b.id !== undefined) return a.id - b.id;
  if (a.id !== undefined) return -1;
  if (b.id !== undefined) return 1;
  return a.name < b.name ? -1 : 1;
}
