import Table from "cli-table3";
import type { Paint } from "./terminal";

const NONE = {
  ...{ top: "", "top-mid": "", "top-left": "", "top-right": "", bottom: "", "bottom-mid": "" },
  ...{ "bottom-left": "", "bottom-right": "", left: "", "left-mid": "", mid: "", "mid-mid": "" },
  ...{ right: "", "right-mid": "", middle: "  " },
};

/** Aligned columns under their names, without lines. Columns that are empty everywhere are left out. */
export const columns = (
  names: readonly string[],
  cells: readonly (readonly string[])[],
  paint: Paint,
  right: readonly string[] = [],
): string => {
  const shown = names
    .map((_, at) => at)
    .filter((at) => at === 0 || cells.some((row) => (row[at] ?? "") !== ""));
  const table = new Table({
    chars: NONE,
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [] },
    head: shown.map((at) => paint.faint(names[at] ?? "")),
    colAligns: shown.map((at) => (right.includes(names[at] ?? "") ? "right" : "left")),
  });
  table.push(...cells.map((row) => shown.map((at) => row[at] ?? "")));
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
};
