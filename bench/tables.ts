import { type Duel, type Reading, type Result, ratioOf } from "./duel.js";
import type { Verdict } from "./targets.js";

/** Puts `body` between the markers of this name; throws where there are none. */
export function fillMarkers(text: string, name: string, body: string): string {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`there are no markers ${start} and ${end}`);
  return `${text.slice(0, from + start.length)}\n${body}\n${text.slice(to)}`;
}

/** What was wanted and what came of it, one line each. */
export function verdictTable(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(
    ({ what, target, measured, met }) =>
      `| ${what} | ${target} | ${measured} | ${target === "—" ? "" : met ? "yes" : "**no**"} |`,
  );
  return ["| | target | measured | met |", "|---|---|---|---|", ...rows].join("\n");
}

/** All figures. */
export function figureTable(results: readonly Result[]): string {
  const lines = results.flatMap((one) => ("scores" in one ? duelRows(one) : readingRows(one)));
  return [
    "| | | time | CPU | rate | time, CPU beside the first |",
    "|---|---|---|---|---|---|",
    ...lines,
  ].join("\n");
}

function duelRows(duel: Duel): string[] {
  const [first] = duel.scores;
  return duel.scores.map((score, i) => {
    const { name, wallUs, cpuUs, perSecond } = score;
    const beside =
      first === undefined || i === 0
        ? ""
        : `${ratioOf(score, first, "wallMs").toFixed(2)} ×, ${ratioOf(score, first, "cpuMs").toFixed(2)} ×`;
    const title = i === 0 ? duel.title : "";
    return `| ${title} | ${name} | ${span(wallUs)} | ${span(cpuUs)} | ${rate(perSecond, duel.bytes)} | ${beside} |`;
  });
}

function readingRows({ title, unit, readings }: Reading): string[] {
  return readings.map(
    ({ name, value }, i) => `| ${i === 0 ? title : ""} | ${name} | ${value.toFixed(1)} ${unit} | | | |`,
  );
}

/** A time in the unit that suits it. */
export function span(microseconds: number): string {
  if (microseconds < 1000) return `${microseconds.toFixed(1)} µs`;
  return microseconds < 1e6
    ? `${(microseconds / 1000).toFixed(1)} ms`
    : `${(microseconds / 1e6).toFixed(2)} s`;
}

/** How many a second, or how many megabytes. */
export function rate(perSecond: number, bytes?: number): string {
  if (bytes !== undefined) return `${Math.round((perSecond * bytes) / 1e6)} MB/s`;
  return `${perSecond < 100 ? perSecond.toFixed(1) : Math.round(perSecond).toLocaleString("en")}/s`;
}
