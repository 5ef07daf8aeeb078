import { Type } from "@sinclair/typebox";
import { type Connection, type DomainStatsRecord, DomainStatsTypes as Stats } from "../../index.js";
import { type Command, command, flag, named } from "../command.js";
import type { Context } from "../context.js";
import { stateName } from "../domain-state.js";
import { type Column, cut, fittedTable } from "../fitted-table.js";
import { toJson } from "../json.js";
import { prettySize } from "../sizes.js";
import { table } from "../table.js";
import { localTime } from "../time-text.js";
import { UsageError } from "../usage-error.js";

/** What a domain does, in the time between two looks. */
interface Row {
  readonly name: string;
  readonly state: string;
  /** Percent of one processor. */
  readonly cpu: number | undefined;
  readonly cpus: number | undefined;
  /** KiB. */
  readonly memory: bigint | undefined;
  /** Bytes a second. */
  readonly diskRead: number | undefined;
  readonly diskWrite: number | undefined;
  readonly netReceive: number | undefined;
  readonly netSend: number | undefined;
}

/** What only ever grows, at one moment. */
interface Counters {
  readonly at: number;
  readonly cpu: bigint;
  readonly disk: readonly [read: bigint, write: bigint];
  readonly net: readonly [receive: bigint, send: bigint];
}

const NULLABLE = Type.Union([Type.Number(), Type.String(), Type.Null()]);
const GROUPS = Stats.STATE | Stats.CPU_TOTAL | Stats.BALLOON | Stats.VCPU | Stats.INTERFACE | Stats.BLOCK;
const HOME = "\u001b[H";
/** Clears what is left of a line, and of the screen. */
const REST_OF_LINE = "\u001b[K";
const REST_OF_SCREEN = "\u001b[J";
const HIDE = "\u001b[?25l";
const SHOW = "\u001b[?25h";
/** A screen of its own, so that what was there before is there again afterwards. */
const OWN_SCREEN = "\u001b[?1049h";
const OLD_SCREEN = "\u001b[?1049l";

/** `watch`: a table of domains that is always up to date. */
export const watch: Command = command<readonly Row[]>({
  options: [
    flag("all", "inactive domains, too"),
    named("interval", "seconds between two looks, 2 by default", "number"),
    named("count", "end after so many tables", "number"),
  ],
  endsItself: true,
  description:
    "Shows what domains do: processor, memory, disks and network, anew every few seconds. Ctrl-C ends it.",
  schema: Type.Array(
    Type.Object({
      name: Type.String(),
      state: Type.String(),
      cpu: NULLABLE,
      cpus: NULLABLE,
      memory: NULLABLE,
      diskRead: NULLABLE,
      diskWrite: NULLABLE,
      netReceive: NULLABLE,
      netSend: NULLABLE,
    }),
  ),
  run: async (context, args) => {
    const seconds = args.number("interval") ?? 2;
    const count = args.number("count") ?? Number.POSITIVE_INFINITY;
    if (seconds < 1 || count < 1) throw new UsageError("--interval and --count must be at least 1");
    const conn = await context.connection();
    const { signal } = context.terminal;
    const stdout = context.terminal.stdout as NodeJS.WriteStream;
    const live = stdout.isTTY && !context.options.json;
    if (live) stdout.write(OWN_SCREEN + HIDE);
    const before = new Map<string, Counters>();
    let rows: readonly Row[] = [];
    const uri = live ? await conn.getURI() : "";
    const paint = (): boolean => stdout.write(page(uri, rows, stdout));
    if (live) stdout.on("resize", paint);
    try {
      for (let i = 0; i < count && !signal.aborted; i++) {
        rows = await look(conn, args.flag("all"), before);
        const last = i === count - 1;
        if (live) paint();
        // One after the other, for whoever reads them.
        else if (!last) {
          const text = context.options.json ? JSON.stringify(toJson(rows)) : draw(rows, context);
          stdout.write(`${text}\n`);
        }
        if (!last) await pause(seconds * 1000, signal);
      }
    } finally {
      if (live) {
        stdout.off("resize", paint);
        stdout.write(SHOW + OLD_SCREEN);
      }
    }
    return rows;
  },
  text: (rows, _args, context) => draw(rows, context),
});

const COLUMNS: readonly Column[] = [
  { title: "Name", flexible: true, spare: 0 },
  { title: "State", spare: 0 },
  { title: "CPU", right: true, spare: 0 },
  { title: "CPUs", right: true, spare: 4 },
  { title: "Memory", right: true, spare: 1 },
  { title: "Read", right: true, spare: 2 },
  { title: "Write", right: true, spare: 2 },
  { title: "Receive", right: true, spare: 3 },
  { title: "Send", right: true, spare: 3 },
];

/** The whole screen, such that nothing of it is longer than the terminal is wide, or below its last line. */
function page(uri: string, rows: readonly Row[], stdout: NodeJS.WriteStream): string {
  const [columns, height] = [stdout.columns || 80, stdout.rows || 24];
  const running = rows.filter(({ state }) => state === "running").length;
  const counted = `${rows.length} ${rows.length === 1 ? "domain" : "domains"}, ${running} running`;
  const time = localTime(new Date()).slice(-8);
  const title = cut(`${counted}  ${time}  ${uri}`, columns);
  const table = fittedTable(COLUMNS, rows.map(cells), columns);
  const lines = [title, "", ...table];
  if (lines.length > height) {
    const more = lines.length - height + 1;
    lines.splice(height - 1, lines.length, cut(` … and ${more} more`, columns));
  }
  return `${HOME}${lines.map((line) => line + REST_OF_LINE).join("\n")}${REST_OF_SCREEN}`;
}

function draw(rows: readonly Row[], { terminal, options: { quiet } }: Context): string {
  const { isTTY, columns } = terminal.stdout as NodeJS.WriteStream;
  if (isTTY && columns > 0 && !quiet) return `${fittedTable(COLUMNS, rows.map(cells), columns).join("\n")}\n`;
  return table(
    COLUMNS.map(({ title }) => title),
    rows.map(cells),
    quiet,
  );
}

function cells(row: Row): string[] {
  const rate = (value: number | undefined): string =>
    value === undefined ? "-" : `${prettySize(BigInt(Math.round(value)))}/s`;
  return [
    row.name,
    row.state,
    row.cpu === undefined ? "-" : `${row.cpu.toFixed(1)} %`,
    row.cpus === undefined ? "-" : String(row.cpus),
    row.memory === undefined ? "-" : prettySize(row.memory * 1024n),
    rate(row.diskRead),
    rate(row.diskWrite),
    rate(row.netReceive),
    rate(row.netSend),
  ];
}

async function look(conn: Connection, all: boolean, before: Map<string, Counters>): Promise<readonly Row[]> {
  const records = await conn.getAllDomainStats(GROUPS, { flags: all ? 0 : 1 });
  const seen = new Set(records.map(({ domain }) => domain.uuid));
  for (const uuid of Array.from(before.keys())) if (!seen.has(uuid)) before.delete(uuid);
  return records.map((record) => rowOf(record, before)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function rowOf({ domain, params }: DomainStatsRecord, before: Map<string, Counters>): Row {
  const number = (name: string): bigint | undefined => {
    const value = params[name];
    return typeof value === "bigint" || typeof value === "number" ? BigInt(value) : undefined;
  };
  const sum = (kind: string, suffix: string): bigint => {
    let total = 0n;
    for (let i = 0n; i < (number(`${kind}.count`) ?? 0n); i++)
      total += number(`${kind}.${i}.${suffix}`) ?? 0n;
    return total;
  };
  const now: Counters = {
    at: performance.now(),
    cpu: number("cpu.time") ?? 0n,
    disk: [sum("block", "rd.bytes"), sum("block", "wr.bytes")],
    net: [sum("net", "rx.bytes"), sum("net", "tx.bytes")],
  };
  const old = before.get(domain.uuid);
  const running = number("cpu.time") !== undefined;
  if (running) before.set(domain.uuid, now);
  else before.delete(domain.uuid);
  const seconds = old === undefined ? 0 : (now.at - old.at) / 1000;
  const perSecond = (value: bigint, was: bigint | undefined): number | undefined =>
    was === undefined || !running || seconds <= 0 ? undefined : Math.max(0, Number(value - was) / seconds);
  const cpu = perSecond(now.cpu, old?.cpu);
  const cpus = number("vcpu.current");
  return {
    name: domain.name,
    state: stateName(Number(number("state.state") ?? 0n)),
    cpu: cpu === undefined ? undefined : cpu / 1e7,
    cpus: cpus === undefined ? undefined : Number(cpus),
    memory: running ? number("balloon.current") : undefined,
    diskRead: perSecond(now.disk[0], old?.disk[0]),
    diskWrite: perSecond(now.disk[1], old?.disk[1]),
    netReceive: perSecond(now.net[0], old?.net[0]),
    netSend: perSecond(now.net[1], old?.net[1]),
  };
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done, { once: true });
  });
}
