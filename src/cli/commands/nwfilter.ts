import { Type } from "@sinclair/typebox";
import type { NWFilter } from "../../index.js";
import { type Command, command } from "../command.js";
import { findFilter } from "../find.js";
import { table } from "../table.js";
import { type Kind, objectAction, objectFact, objectFromFile } from "./objects.js";

const FILTER: Kind<NWFilter> = {
  option: "nwfilter",
  title: "Network filter",
  help: "network filter name or uuid",
  find: findFilter,
};

export const list: Command = command({
  options: [],
  schema: Type.Array(Type.Object({ uuid: Type.String(), name: Type.String() })),
  failure: () => "Failed to list network filters",
  run: async (context) => {
    const filters = await (await context.connection()).listAllNWFilters();
    return filters.map(({ uuid, name }) => ({ uuid, name })).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  },
  text: (filters, _args, { options: { quiet } }) =>
    table(
      ["UUID", "Name"],
      filters.map(({ uuid, name }) => [uuid, name]),
      quiet,
    ),
});

export const define: Command = objectFromFile(FILTER, "define", async (context, xml, args) => {
  const conn = await context.connection();
  return args.flag("validate") ? conn.nwFilterDefineXMLFlags(xml, { flags: 1 }) : conn.nwFilterDefineXML(xml);
});
export const undefine: Command = objectAction(FILTER, {
  verb: "undefine",
  act: (filter) => filter.undefine(),
  done: (name) => `Network filter ${name} undefined`,
});
export const dumpxml: Command = objectFact(FILTER, "xml", (filter) => filter.getXMLDesc(), { end: "" });
