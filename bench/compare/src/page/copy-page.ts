import { REHOME, isRehome } from "../contenders/contender";
import { median, type Measured } from "../results";
import type { CopyResult, Failure, Lap } from "../sections/copy";
import { barPlot, type Group } from "./plot";
import { gigabytes, provenance, seconds, table, times } from "./text";

const lapsOf = (result: CopyResult, contender: string): Lap[] =>
  result.laps.filter((lap) => lap.contender === contender);

const contendersOf = ({ laps, failures }: CopyResult): string[] => [
  ...new Set([...laps.map(({ contender }) => contender), ...failures.map(({ contender }) => contender)]),
];

/** Rehome's names, by whose the new home's server was: any, and its own, which it restarts for the load. */
const rehomesOf = (result: CopyResult): string[] => contendersOf(result).filter(isRehome);

const middle = (laps: readonly Lap[], of: (lap: Lap) => number): number => median(laps.map(of));

/** How many times as fast one is as the best of others, by the medians; undefined where one of them has no figure. */
function advantage(
  result: CopyResult,
  one: string,
  over: (contender: string) => boolean,
): number | undefined {
  const others = contendersOf(result)
    .filter((name) => !isRehome(name) && over(name))
    .map((name) => lapsOf(result, name))
    .filter((laps) => laps.length > 0)
    .map((laps) => middle(laps, (lap) => lap.seconds));
  const own = lapsOf(result, one);
  return others.length === 0 || own.length === 0
    ? undefined
    : Math.min(...others) / middle(own, (lap) => lap.seconds);
}

const advantages = (
  result: CopyResult,
  one: string,
): Record<"equal" | "pgcopydb" | "dump", number | undefined> => ({
  equal: advantage(result, one, (name) => name.includes("pgcopydb, 2 + 2 jobs")),
  pgcopydb: advantage(result, one, (name) => name.includes("pgcopydb")),
  dump: advantage(result, one, (name) => name.startsWith("pg_dump")),
});

/** All data sets in one table: how many times as fast Rehome is, and how near to what the servers' CPU allows. */
function summary(results: readonly CopyResult[], cores: number): string {
  const pairs = results.flatMap((result) => rehomesOf(result).map((name) => [result, name] as const));
  const rows = pairs.map(([result, name]) => {
    const own = lapsOf(result, name);
    const limit = middle(own, ({ serverCpu }) => serverCpu.source + serverCpu.target) / cores;
    const whole = middle(own, (lap) => lap.seconds + (lap.verify ?? 0));
    const { equal, pgcopydb, dump } = advantages(result, name);
    const ratios = [equal, pgcopydb, dump].map((ratio) => (ratio === undefined ? "–" : times(ratio)));
    const label = `${result.dataset}${name.slice(REHOME.length)}`;
    return [label, ...ratios, own.length === 0 ? "–" : `${((100 * limit) / whole).toFixed(0)} %`];
  });
  const head = [
    "Rehome against",
    "pgcopydb, equal jobs",
    "pgcopydb's best",
    "pg_dump's best",
    "of the limit",
  ];
  return table(head, rows);
}

/** Letters of a reason that a cell takes. */
const ROOM = 100;

/** Why there is no copy: a program's last words, where they are few. */
function reasonOf(failure: Failure | undefined): string {
  const last = failure?.reason.split("\n").at(-1) ?? "";
  return last.length <= ROOM ? last : "no whole copy: [how it failed](../bench/results/copy.json)";
}

function datasetPage(result: CopyResult, cores: number): string {
  const rows = contendersOf(result).map((name) => {
    const laps = lapsOf(result, name);
    const failure = result.failures.find(({ contender }) => contender === name);
    if (laps.length === 0) return [name, reasonOf(failure), "", "", "", "", ""];
    const servers = middle(laps, ({ serverCpu }) => serverCpu.source + serverCpu.target);
    const verified = laps.some(({ verify }) => verify !== undefined);
    return [
      name,
      `**${seconds(middle(laps, (lap) => lap.seconds))}**`,
      laps.map((lap) => lap.seconds.toFixed(1)).join(", "),
      verified ? seconds(middle(laps, (lap) => lap.verify ?? 0)) : "–",
      seconds(servers),
      seconds(servers / cores),
      seconds(middle(laps, (lap) => lap.clientCpu)),
    ];
  });
  const head = ["", "copy", "rounds", "verification", "servers' CPU", "limit", "client's CPU"];
  return [
    `### ${result.dataset}`,
    `${result.what}: ${gigabytes(result.bytes)} with indexes.`,
    table(head, rows),
    ...rehomesOf(result).map((name) => words(result, name)),
  ].join("\n\n");
}

/** What is to be said of one of Rehome's rows. */
function words(result: CopyResult, name: string): string {
  const own = lapsOf(result, name);
  const stages = Object.keys(own[0]?.stages ?? {}).map(
    (stage) => `${stage} ${seconds(middle(own, (lap) => lap.stages?.[stage as keyof Lap["stages"]] ?? 0))}`,
  );
  const resident = Math.max(0, ...own.map((lap) => lap.resident ?? 0));
  const { equal, pgcopydb, dump } = advantages(result, name);
  const against = (ratio: number | undefined, whom: string): string[] =>
    ratio === undefined ? [] : [`**${times(ratio)}** as fast as ${whom}`];
  const ratios = [
    ...against(equal, "pgcopydb at equal jobs"),
    ...against(pgcopydb, "pgcopydb's best"),
    ...against(dump, "pg_dump's best"),
  ];
  return [
    ratios.length === 0 ? `${name}.` : `${name}: ${ratios.join(", ")}.`,
    `Its stages: ${stages.join(", ")}. Its process took ${gigabytes(resident)} of memory at most.`,
  ].join(" ");
}

/** The page's part on copying between servers, and its plots by file name. Pure. */
export function copyPage(measured: Measured<"copy">): { text: string; plots: Record<string, string> } {
  const groups = measured.result.map((result): Group => ({
    label: result.dataset,
    bars: contendersOf(result).flatMap((label) => {
      const laps = lapsOf(result, label).map((lap) => lap.seconds);
      if (laps.length === 0) return [];
      return [{ label, value: median(laps), least: Math.min(...laps), most: Math.max(...laps) }];
    }),
  }));
  return {
    text: [
      provenance(measured),
      summary(measured.result, measured.machine.cores),
      `![Seconds for each copy](benchmarks/copy.svg)`,
      ...measured.result.map((result) => datasetPage(result, measured.machine.cores)),
    ].join("\n\n"),
    plots: { "copy.svg": barPlot("Seconds to copy, without verification", groups, "s") },
  };
}
