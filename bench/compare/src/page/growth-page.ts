import type { Measured } from "../results";
import type { Growth } from "../sections/growth";
import { linePlot } from "./plot";
import { gigabytes, provenance, seconds, table } from "./text";

const UNITS = {
  bytes: "rows",
  tables: "tables",
  services: "services of ten tables",
  tenants: "tenants of four tables",
} as const;

/** The page's part on how time and memory grow. Pure. */
export function growthPage(measured: Measured<"growth">): { text: string; plots: Record<string, string> } {
  const rows = measured.result.map((one) => [
    `${one.size.toLocaleString("en-US")} ${UNITS[one.by]}`,
    gigabytes(one.bytes),
    seconds(one.seconds),
    one.verify === undefined ? "–" : seconds(one.verify),
    one.plan === undefined ? "–" : seconds(one.plan),
    gigabytes(one.resident),
    one.planResident === undefined ? "–" : gigabytes(one.planResident),
  ]);
  const head = ["", "data", "move", "of it verification", "preview", "engine's memory", "preview's memory"];
  const of = (by: Growth["by"]): readonly Growth[] => measured.result.filter((one) => one.by === by);
  const points = (by: Growth["by"], y: (one: Growth) => number): { x: number; y: number }[] =>
    of(by).map((one) => ({ x: one.size, y: y(one) }));
  const lines = [
    { label: "move", points: points("tables", (one) => one.seconds) },
    { label: "preview", points: points("tables", (one) => one.plan ?? 0) },
  ];
  return {
    text: [provenance(measured), table(head, rows), "![Seconds against tables](benchmarks/growth.svg)"].join(
      "\n\n",
    ),
    plots: { "growth.svg": linePlot("Seconds against tables", lines, "tables", "seconds") },
  };
}
