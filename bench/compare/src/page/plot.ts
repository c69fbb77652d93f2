/** One bar: its middle, and the least and most that were measured. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  readonly least: number;
  readonly most: number;
}

export interface Group {
  readonly label: string;
  readonly bars: readonly Bar[];
}

const COLOURS = ["#4269d0", "#efb118", "#ff725c", "#6cc5b0", "#9c6b4e", "#3ca951"];
const STYLE = `<style>text{font:12px system-ui,sans-serif;fill:#222}.dim{fill:#666}.line{stroke:#888}
@media (prefers-color-scheme:dark){text{fill:#ddd}.dim{fill:#999}}</style>`;

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

const svg = (width: number, height: number, title: string, body: readonly string[]): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">
<title>${escaped(title)}</title>
${STYLE}
${body.join("\n")}
</svg>
`;

const round = (value: number): string => value.toFixed(1);
export const short = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);

/** Horizontal bars in groups, each group on a scale of its own; a thin line shows the spread. Pure. */
export function barPlot(title: string, groups: readonly Group[], unit: string): string {
  const [left, width, right, row] = [220, 420, 110, 20];
  const body: string[] = [`<text x="8" y="20" font-weight="600">${escaped(title)}</text>`];
  let y = 36;
  for (const { label, bars } of groups) {
    const longest = Math.max(...bars.map(({ most }) => most), Number.MIN_VALUE);
    const x = (value: number): number => left + (value / longest) * width;
    body.push(`<text x="8" y="${y + 14}" font-weight="600">${escaped(label)}</text>`);
    y += row;
    bars.forEach((bar, at) => {
      const middle = y + row / 2;
      body.push(
        `<text x="${left - 8}" y="${middle + 4}" text-anchor="end">${escaped(bar.label)}</text>`,
        `<rect x="${left}" y="${y + 3}" width="${round(x(bar.value) - left)}" height="${row - 6}" fill="${COLOURS[at % COLOURS.length]}"/>`,
        `<line class="line" x1="${round(x(bar.least))}" x2="${round(x(bar.most))}" y1="${middle}" y2="${middle}"/>`,
        `<text class="dim" x="${round(x(bar.most) + 6)}" y="${middle + 4}">${short(bar.value)} ${escaped(unit)}</text>`,
      );
      y += row;
    });
    y += 10;
  }
  return svg(left + width + right, y + 4, title, body);
}

export interface Line {
  readonly label: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

/** Lines with both axes in powers of ten, where growing as fast as the size is a slope of one. Pure. */
export function linePlot(title: string, lines: readonly Line[], xs: string, ys: string): string {
  const [left, top, width, height] = [64, 44, 420, 240];
  const all = lines.flatMap(({ points }) => points);
  const bounds = (values: readonly number[]): [number, number] => {
    const logs = values.filter((value) => value > 0).map(Math.log10);
    const [low, high] = [Math.floor(Math.min(...logs)), Math.ceil(Math.max(...logs))];
    return [low, Math.max(high, low + 1)];
  };
  const [x0, x1] = bounds(all.map(({ x }) => x));
  const [y0, y1] = bounds(all.map(({ y }) => y));
  const x = (value: number): number => left + ((Math.log10(value) - x0) / (x1 - x0)) * width;
  const y = (value: number): number => top + height - ((Math.log10(value) - y0) / (y1 - y0)) * height;
  const powers = (from: number, to: number): number[] =>
    Array.from({ length: to - from + 1 }, (_, at) => 10 ** (from + at));
  const body = [
    `<text x="8" y="20" font-weight="600">${escaped(title)}</text>`,
    ...powers(x0, x1).map(
      (power) =>
        `<line class="line" stroke-opacity=".3" x1="${round(x(power))}" x2="${round(x(power))}" y1="${top}" y2="${top + height}"/><text class="dim" text-anchor="middle" x="${round(x(power))}" y="${top + height + 16}">${power.toLocaleString("en-US")}</text>`,
    ),
    ...powers(y0, y1).map(
      (power) =>
        `<line class="line" stroke-opacity=".3" x1="${left}" x2="${left + width}" y1="${round(y(power))}" y2="${round(y(power))}"/><text class="dim" text-anchor="end" x="${left - 6}" y="${round(y(power) + 4)}">${power.toLocaleString("en-US", { maximumFractionDigits: 3 })}</text>`,
    ),
    `<text class="dim" x="${left + width}" y="${top + height + 34}" text-anchor="end">${escaped(xs)}</text>`,
    `<text class="dim" x="8" y="${top - 8}">${escaped(ys)}</text>`,
    ...lines.flatMap(({ label, points }, at) => {
      const colour = COLOURS[at % COLOURS.length];
      const path = points.map((point) => `${round(x(point.x))},${round(y(point.y))}`).join(" ");
      const last = points.at(-1) ?? { x: 1, y: 1 };
      return [
        `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${path}"/>`,
        ...points.map(
          (point) => `<circle cx="${round(x(point.x))}" cy="${round(y(point.y))}" r="3" fill="${colour}"/>`,
        ),
        `<text x="${round(x(last.x) + 8)}" y="${round(y(last.y) + 4)}">${escaped(label)}</text>`,
      ];
    }),
  ];
  return svg(left + width + 150, top + height + 44, title, body);
}
