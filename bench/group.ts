/** group.js NAME EFFORT: measures one group and writes its results as JSON; main.ts runs it. */
import { effort } from "./effort.js";
import { GROUPS } from "./groups.js";

const [, , name = "", given = "{}"] = process.argv;
Object.assign(effort, JSON.parse(given));
const run = GROUPS[name];
if (run === undefined) throw new Error(`no group is called ${name}`);
const results = await run();
process.stdout.write(JSON.stringify(results));
