import type { Migration } from "../model";

/** A point of a plot: seconds since its beginning, and the value. */
export type Point = readonly [seconds: number, value: number];

export interface Series {
  /** When the plot begins: ISO 8601. */
  readonly since: string;
  readonly points: readonly Point[];
}

/** Points that a plot shows at most: more cannot be told apart. */
const SHOWN = 300;

/**
 * Bytes per second of the copy, each point the mean since the point before it; of the last attempt. From the samples, or,
 * where there are none, from the times at which tables were whole.
 */
export function throughput({ events, samples, copied }: Migration): Series | undefined {
  const begun = events.filter(({ stage }) => stage === "copy").at(-1)?.at;
  if (begun === undefined) return undefined;
  const since = Date.parse(begun);
  const marks = samples.some(({ stage, bytes }) => stage === "copy" && bytes !== undefined)
    ? samples
        .filter(({ stage, at }) => stage === "copy" && Date.parse(at) >= since)
        .map(({ at, bytes = 0 }): Point => [(Date.parse(at) - since) / 1000, bytes])
    : arrivals(copied.map(({ at, bytes }): Point => [(Date.parse(at) - since) / 1000, bytes]));
  const sorted = thinned([[0, 0] as Point, ...marks.filter(([at]) => at > 0)].sort((a, b) => a[0] - b[0]));
  const points = sorted.flatMap(([at, bytes], index): Point[] => {
    const previous = sorted[index - 1];
    if (previous === undefined || at <= previous[0]) return [];
    return [[at, Math.max(0, bytes - previous[1]) / (at - previous[0])]];
  });
  return points.length === 0 ? undefined : { since: begun, points };
}

/** Tables' bytes, summed up in the order of their arrival. */
function arrivals(tables: readonly Point[]): Point[] {
  let sum = 0;
  return [...tables].sort((a, b) => a[0] - b[0]).map(([at, bytes]): Point => [at, (sum += bytes)]);
}

const thinned = (points: readonly Point[]): Point[] => {
  const every = Math.ceil(points.length / SHOWN);
  return points.filter((_, at) => at % every === 0 || at === points.length - 1);
};

/** Bytes of WAL that the new home was behind. */
export function lag({ samples }: Migration): Series | undefined {
  const seen = samples
    .filter((sample) => sample.lag !== undefined)
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const first = seen[0];
  if (first === undefined || seen.length < 2) return undefined;
  const since = Date.parse(first.at);
  const points = seen.map(({ at, lag: bytes = 0 }): Point => [(Date.parse(at) - since) / 1000, bytes]);
  return { since: first.at, points: thinned(points) };
}

/** The mean of a rate over all of its time. */
export function mean({ points }: Series): number {
  const total = points.reduce(
    (sum, [at, value], index) => sum + value * (at - (points[index - 1]?.[0] ?? 0)),
    0,
  );
  return total / (points.at(-1)?.[0] ?? 1);
}
