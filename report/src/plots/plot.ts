import { markup, type Markup } from "../markup";
import { formatRoundDuration } from "../units";
import { ticks, timeTicks } from "./scale";
import type { Point, Series } from "./series";

/** What a plot is called, and how its values are written. */
export interface PlotLabels {
  readonly id: string;
  readonly title: string;
  /** In words, for those who cannot see it. */
  readonly summary: string;
  readonly format: (value: number) => string;
  /** Whether a value holds for the time before it, as a mean does. */
  readonly steps: boolean;
}

const SIZE = { width: 660, height: 190, left: 76, right: 14, top: 10, bottom: 28 } as const;
const INNER = {
  width: SIZE.width - SIZE.left - SIZE.right,
  height: SIZE.height - SIZE.top - SIZE.bottom,
} as const;

const round = (value: number): number => Math.round(value * 10) / 10;

/** A line over time, from zero up. */
export function plot({ points }: Series, { id, title, summary, format, steps }: PlotLabels): Markup {
  const last = points.at(-1)?.[0] ?? 0;
  const values = ticks(Math.max(...points.map(([, value]) => value)));
  const most = values.at(-1) ?? 1;
  const x = (seconds: number): number => round(SIZE.left + (last === 0 ? 0 : (seconds / last) * INNER.width));
  const y = (value: number): number => round(SIZE.top + INNER.height * (1 - value / most));
  const line = steps ? stepped(points, x, y) : points.map(([at, value]) => `${x(at)} ${y(value)}`).join("L");
  const from = steps ? 0 : (points[0]?.[0] ?? 0);
  return markup`<svg
    class="plot"
    role="img"
    aria-labelledby="${id}-title ${id}-desc"
    viewBox="0 0 ${SIZE.width} ${SIZE.height}"
  >
    <title id="${id}-title">${title}</title>
    <desc id="${id}-desc">${summary}</desc>
    ${values.map(
      (value) =>
        markup`<path class="grid" d="M${SIZE.left} ${y(value)}h${INNER.width}" /><text
            x="${SIZE.left - 8}"
            y="${y(value) + 4}"
            text-anchor="end"
            >${format(value).replace(/\.0(?=\u00a0)/, "")}</text
          >`,
    )}
    ${timeTicks(last).map(
      (seconds) =>
        markup`<path class="tick" d="M${x(seconds)} ${SIZE.top + INNER.height}v5" /><text
            x="${x(seconds)}"
            y="${SIZE.height - 6}"
            text-anchor="middle"
            >${seconds === 0 ? "0" : formatRoundDuration(seconds)}</text
          >`,
    )}
    <path class="area" d="M${x(from)} ${y(0)}L${line}L${x(last)} ${y(0)}Z" />
    <path class="curve" d="M${line}" />
  </svg>`;
}

function stepped(
  points: readonly Point[],
  x: (seconds: number) => number,
  y: (value: number) => number,
): string {
  return points
    .map(([at, value], index) => `${x(points[index - 1]?.[0] ?? 0)} ${y(value)}L${x(at)} ${y(value)}`)
    .join("L");
}
