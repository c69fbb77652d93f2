import { median, type Measured } from "../results";
import { barPlot } from "./plot";
import { gigabytes, provenance, seconds, table, times } from "./text";

const WAYS = ["copy", "template", "set-schema"] as const;

/** The page's part on moves inside one server. Pure. */
export function insidePage(measured: Measured<"same-server">): {
  text: string;
  plots: Record<string, string>;
} {
  const sizes = [...new Set(measured.result.map(({ rows }) => rows))];
  const lapsOf = (rows: number, way: string): (typeof measured.result)[number][] =>
    measured.result.filter((lap) => lap.rows === rows && lap.way === way);
  const middle = (rows: number, way: string): number =>
    median(lapsOf(rows, way).map(({ seconds: time }) => time));
  const moving = (rows: number, way: string): number =>
    median(lapsOf(rows, way).map(({ moving: time }) => time));
  const rows = sizes.map((size) => [
    `${size.toLocaleString("en-US")} rows, ${gigabytes(lapsOf(size, "copy")[0]?.bytes ?? 0)}`,
    ...WAYS.map((way) => seconds(middle(size, way))),
    times(moving(size, "copy") / moving(size, "template")),
  ]);
  const groups = sizes.map((size) => ({
    label: `${size.toLocaleString("en-US")} rows`,
    bars: WAYS.map((way) => {
      const all = lapsOf(size, way).map(({ seconds: time }) => time);
      return { label: way, value: median(all), least: Math.min(...all), most: Math.max(...all) };
    }),
  }));
  return {
    text: [
      provenance(measured),
      table(["", ...WAYS, "template against copy, without verification"], rows),
      "![Seconds for each move](benchmarks/same-server.svg)",
    ].join("\n\n"),
    plots: { "same-server.svg": barPlot("Seconds for a move inside one server", groups, "s") },
  };
}
