import { CODECS } from "./codec.js";
import {
  type Cost,
  type Duel,
  FLOOR,
  GO,
  median,
  OURS,
  PYTHON,
  type Result,
  ratioOf,
  type Score,
} from "./duel.js";
import { COMMAND, NODE_ALONE, PACKAGE } from "./startup.js";
import { VIRSH } from "./streams.js";
import { PARSER, READ, WRITE } from "./xml.js";

/** What was wanted, and what came of it. */
export interface Verdict {
  readonly what: string;
  readonly target: string;
  readonly measured: string;
  readonly met: boolean;
}

type Judge = (results: readonly Result[]) => Omit<Verdict, "what" | "target"> | undefined;

interface Target {
  readonly what: string;
  readonly target: string;
  readonly judge: Judge;
}

type Figure = keyof Cost | "rate";

function scoreOf(results: readonly Result[], title: string, name: string): Score | undefined {
  const duels = results.filter((one): one is Duel => "scores" in one && one.title.startsWith(title));
  return duels[0]?.scores.find((score) => score.name === name);
}

/** A figure of one contestant as a multiple of another's in the same duel. */
function ratio(
  title: string,
  figure: Figure,
  [name, beside]: readonly [string, string],
  passes: (value: number) => boolean,
): Judge {
  return (results) => {
    const [one, other] = [scoreOf(results, title, name), scoreOf(results, title, beside)];
    if (one === undefined || other === undefined) return undefined;
    const value = figure === "rate" ? 1 / ratioOf(one, other, "wallMs") : ratioOf(one, other, figure);
    return { measured: `${value.toFixed(2)} ×`, met: passes(value) };
  };
}

/** A reading, or the difference of two scores, that must not exceed something. */
function atMost(
  limit: number,
  unit: string,
  value: (results: readonly Result[]) => number | undefined,
): Judge {
  return (results) => {
    const found = value(results);
    return found === undefined ? undefined : { measured: `${found.toFixed(1)} ${unit}`, met: found <= limit };
  };
}

const readingOf =
  (title: string, name: string) =>
  (results: readonly Result[]): number | undefined => {
    for (const one of results) {
      if ("readings" in one && one.title.startsWith(title))
        return one.readings.find((each) => each.name === name)?.value;
    }
    return undefined;
  };

/** In CPU time, of which starting makes no other use, and which others on the machine do not lengthen as much. */
const overNode =
  (name: string) =>
  (results: readonly Result[]): number | undefined => {
    const [alone, loaded] = [NODE_ALONE, name].map((each) => scoreOf(results, "start of a process", each));
    if (alone === undefined || loaded === undefined) return undefined;
    return median(loaded.costs.map(({ cpuMs }, i) => cpuMs - (alone.costs[i]?.cpuMs ?? Number.NaN)));
  };

const below = (limit: number) => (value: number) => value <= limit;
const above = (limit: number) => (value: number) => value >= limit;
const [ONE, TWENTY] = ["getLibVersion, one by one", "getLibVersion, 20 in flight"];
const [LIST, STATS] = ["decode listAllDomains", "decode getAllDomainStats"];

/** What this library is held to. */
export const TARGETS: readonly Target[] = [
  {
    what: "calls one by one: CPU",
    target: "≤ 1.5 × bare socket",
    judge: ratio(ONE, "cpuMs", [OURS, FLOOR], below(1.5)),
  },
  {
    what: "calls one by one: time",
    target: "≤ 1.1 × libvirt-python",
    judge: ratio(ONE, "wallMs", [OURS, PYTHON], below(1.1)),
  },
  {
    what: "20 calls in flight: rate",
    target: "≥ 0.85 × bare socket",
    judge: ratio(TWENTY, "rate", [OURS, FLOOR], above(0.85)),
  },
  {
    what: "20 calls in flight: rate",
    target: "≥ 1.5 × libvirt-python one by one",
    judge: ratio(TWENTY, "rate", [OURS, PYTHON], above(1.5)),
  },
  {
    what: "20 calls in flight: CPU",
    target: "≤ 0.6 × go-libvirt",
    judge: ratio(TWENTY, "cpuMs", [OURS, `${GO}, 20 at a time`], below(0.6)),
  },
  {
    what: "decode a list of 1,000",
    target: "CPU ≤ 1.25 × straight-line code",
    judge: ratio(LIST, "cpuMs", [CODECS.generated, CODECS.byHand], below(1.25)),
  },
  {
    what: "decode a list of 1,000",
    target: "js-xdr's CPU ≥ 10 ×",
    judge: ratio(LIST, "cpuMs", [CODECS.jsXdr, CODECS.generated], above(10)),
  },
  {
    what: "decode statistics",
    target: "CPU ≤ 1.25 × straight-line code",
    judge: ratio(STATS, "cpuMs", [CODECS.generated, CODECS.byHand], below(1.25)),
  },
  {
    what: "decode statistics",
    target: "js-xdr's CPU ≥ 10 ×",
    judge: ratio(STATS, "cpuMs", [CODECS.jsXdr, CODECS.generated], above(10)),
  },
  {
    what: "`getAllDomainStats` of 1,000: time",
    target: "≤ 1 × libvirt-python",
    judge: ratio("getAllDomainStats", "wallMs", [OURS, PYTHON], below(1)),
  },
  ...["download", "upload"].flatMap((way): Target[] => [
    {
      what: `${way}`,
      target: "≥ 0.8 × bare socket's rate",
      judge: (results) =>
        ratio(
          titleOf(results, way, way === "download" ? "to nowhere" : "from memory"),
          "rate",
          [OURS, FLOOR],
          above(0.8),
        )(results),
    },
    ...["a file", "sparse"].map(
      (kind): Target => ({
        what: `${way}, ${kind === "sparse" ? "sparse" : "with a file"}`,
        target: "≥ 1 × virsh's rate",
        judge: (results) => ratio(titleOf(results, way, kind), "rate", [OURS, VIRSH], above(1))(results),
      }),
    ),
  ]),
  {
    what: "an idle connection",
    target: "≤ 40 kB of heap",
    judge: atMost(40, "kB", readingOf("memory of each", `${OURS}, heap`)),
  },
  {
    what: "500 hosts asked once a second",
    target: "≤ 15 % of a core",
    judge: atMost(15, "%", readingOf("CPU of polling", `${OURS}, getLibVersion`)),
  },
  {
    what: "500 hosts' statistics once a second",
    target: "≤ 15 % of a core",
    judge: atMost(15, "%", readingOf("CPU of polling", `${OURS}, getAllDomainStats of 10 domains`)),
  },
  ...[READ, WRITE].map(
    (what): Target => ({
      what,
      target: "≤ 1.5 × fast-xml-parser alone",
      judge: ratio(what, "cpuMs", [OURS, PARSER], below(1.5)),
    }),
  ),
  {
    what: "import of the package",
    target: "≤ 50 ms of CPU over `node -e 0`",
    judge: atMost(50, "ms", overNode(PACKAGE)),
  },
  {
    what: "start of the command",
    target: "—",
    judge: atMost(Number.POSITIVE_INFINITY, "ms", overNode(COMMAND)),
  },
  {
    what: "a minimal bundle, gzipped",
    target: "≤ 45 kB",
    judge: atMost(45, "kB", readingOf("bundle", "connect and listAllDomains")),
  },
];

function titleOf(results: readonly Result[], way: string, kind: string): string {
  const titles = results.map(({ title }) => title).filter((title) => title.startsWith(`${way} `));
  return (
    titles.find((title) => title.includes(kind) && (kind === "sparse" || !title.includes("sparse"))) ?? "none"
  );
}

/** Holds results to the targets; those of groups that did not run are left out. */
export function judge(results: readonly Result[]): Verdict[] {
  return TARGETS.flatMap(({ what, target, judge: decide }) => {
    const verdict = decide(results);
    return verdict === undefined ? [] : [{ what, target, ...verdict }];
  });
}
