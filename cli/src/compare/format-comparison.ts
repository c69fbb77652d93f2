import type { Comparison, TableComparison } from "@rehome/migration";
import type { Paint } from "../terminal/terminal";
import { counted } from "../terminal/words";
import { isWrong } from "./compare-datasets";

const rowsOf = ({ fromRows, toRows }: TableComparison): string =>
  fromRows === null || toRows === null ? "" : ` (${fromRows} rows there, ${toRows} here)`;

const tally = ({ tables }: Comparison): string => {
  const of = (state: TableComparison["state"]): number =>
    tables.filter((table) => table.state === state).length;
  const parts = [
    [of("equal"), "equal"],
    [of("written"), "written to since the switch, and in the old home as proved"],
    [of("different"), "different"],
  ] as const;
  const said = parts
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${count.toLocaleString("en-US")} ${what}`);
  return `${counted(tables.length, "table")}: ${said.join(", ")}`;
};

const head = ({ dataset, from, to }: Comparison, paint: Paint): string =>
  `${paint.strong(dataset)}: ${from} → ${to}`;

/** What a comparison found of one dataset, for `rehome verify`. */
export const formatComparison = (found: Comparison, paint: Paint): string => {
  const { kind, because, tables, definitions } = found;
  if (kind === "none") return `${head(found, paint)}\n  ${paint.faint("not compared:")} ${because}`;
  const wrong = tables.filter(({ state }) => state === "different");
  const verdict = isWrong(found) ? paint.bad("different") : paint.good("verified");
  return [
    head(found, paint),
    `  ${because}`,
    `  ${verdict}  ${tally(found)}`,
    ...wrong.map((table) => `    table ${table.table}${rowsOf(table)}`),
    ...definitions.map((line) => `    ${line}`),
  ].join("\n");
};

const SIGNS = { source: "-", target: "+", both: "~" } as const;

/** Keys come as rows print: `(17)`, or a whole row where there is no key, which is not shown. */
const rowLines = ({ key, different, unsettled }: TableComparison, paint: Paint): string[] => {
  const how = { source: paint.bad, target: paint.good, both: paint.warn } as const;
  const lines =
    key.length === 0
      ? [`    ${counted(different.length, "row")} or more; the table has no key to name them by`]
      : different.map((row) => `    ${how[row.where](SIGNS[row.where])} (${key.join(", ")}) = ${row.key}`);
  return [...lines, ...(unsettled > 0 ? [`    ${counted(unsettled, "row")} more, being written to`] : [])];
};

/** The rows that differ of one dataset, by key, for `rehome diff`. */
export const formatDifferences = (found: Comparison, limit: number, paint: Paint): string => {
  const { kind, because, tables, definitions, from, to } = found;
  if (kind === "none") return `${head(found, paint)}\n  ${paint.faint("not compared:")} ${because}`;
  const different = tables.filter(({ state }) => state !== "equal");
  if (different.length === 0 && definitions.length === 0)
    return `${head(found, paint)}\n  ${paint.good("no difference")} in ${counted(tables.length, "table")}`;
  return [
    head(found, paint),
    `  ${because}`,
    `  - in ${from} alone, + in ${to} alone, ~ in both, with other content; at most ${limit} of a table`,
    ...different.flatMap((table) => [`  table ${table.table}${rowsOf(table)}`, ...rowLines(table, paint)]),
    ...definitions.map((line) => `  ${line}`),
  ].join("\n");
};
