import { median, type Measured } from "../results";
import type { CopyResult, Failure, Lap } from "../sections/copy";
import { barPlot, type Group } from "./plot";
import { gigabytes, provenance, seconds, table, times } from "./text";

const REHOME = "Rehome";

const lapsOf = (result: CopyResult, contender: string): Lap[] =>
  result.laps.filter((lap) => lap.contender === contender);

const contendersOf = ({ laps, failures }: CopyResult): string[] => [
  ...new Set([...laps.map(({ contender }) => contender), ...failures.map(({ contender }) => contender)]),
];

const middle = (laps: readonly Lap[], of: (lap: Lap) => number): number => median(laps.map(of));

/** How many times as fast Rehome is, by the medians; undefined where one of them has no figure. */
function advantage(result: CopyResult, over: (contender: string) => boolean): number | undefined {
  const others = contendersOf(result)
    .filter((name) => name !== REHOME && over(name))
    .map((name) => lapsOf(result, name))
    .filter((laps) => laps.length > 0)
    .map((laps) => middle(laps, (lap) => lap.seconds));
  const own = lapsOf(result, REHOME);
  return others.length === 0 || own.length === 0
    ? undefined
    : Math.min(...others) / middle(own, (lap) => lap.seconds);
}

const advantages = (result: CopyResult): Record<"equal" | "pgcopydb" | "dump", number | undefined> => ({
  equal: advantage(result, (name) => name.includes("pgcopydb, 2 + 2 jobs")),
  pgcopydb: advantage(result, (name) => name.includes("pgcopydb")),
  dump: advantage(result, (name) => name.startsWith("pg_dump")),
});

/** All data sets in one table: how many times as fast Rehome is, and how near to what the servers' CPU allows. */
function summary(results: readonly CopyResult[], cores: number): string {
  const rows = results.map((result) => {
    const own = lapsOf(result, REHOME);
    const limit = middle(own, ({ serverCpu }) => serverCpu.source + serverCpu.target) / cores;
    const whole = middle(own, (lap) => lap.seconds + (lap.verify ?? 0));
    const { equal, pgcopydb, dump } = advantages(result);
    const ratios = [equal, pgcopydb, dump].map((ratio) => (ratio === undefined ? "–" : times(ratio)));
    return [result.dataset, ...ratios, own.length === 0 ? "–" : `${((100 * limit) / whole).toFixed(0)} %`];
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
  const own = lapsOf(result, REHOME);
  const stages = Object.keys(own[0]?.stages ?? {}).map(
    (stage) => `${stage} ${seconds(middle(own, (lap) => lap.stages?.[stage as keyof Lap["stages"]] ?? 0))}`,
  );
  const resident = Math.max(0, ...own.map((lap) => lap.resident ?? 0));
  const { equal, pgcopydb, dump } = advantages(result);
  return [
    `### ${result.dataset}`,
    `${result.what}: ${gigabytes(result.bytes)} with indexes.`,
    table(head, rows),
    [
      ...(equal === undefined
        ? []
        : [`Rehome, with two jobs, is **${times(equal)}** as fast as pgcopydb with two of each.`]),
      ...(pgcopydb === undefined ? [] : [`Rehome is **${times(pgcopydb)}** as fast as pgcopydb's best.`]),
      ...(dump === undefined ? [] : [`Rehome is **${times(dump)}** as fast as pg_dump's best.`]),
      `Its stages: ${stages.join(", ")}. Its process took ${gigabytes(resident)} of memory at most.`,
    ].join(" "),
  ].join("\n\n");
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
