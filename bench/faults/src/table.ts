import type { Summary } from "./harness";
import type { Violation } from "./ledger";
import { ORDER } from "./trigger";

/** How often each pair of row and column occurs, with sums, as aligned text. */
export function crossTable(
  pairs: readonly (readonly [row: string, column: string])[],
  order: readonly string[],
): string {
  const columns = [
    ...order.filter((name) => pairs.some(([, column]) => column === name)),
    ...[...new Set(pairs.map(([, column]) => column))].filter((name) => !order.includes(name)).sort(),
  ];
  const names = [...new Set(pairs.map(([row]) => row))].sort();
  const count = (row: string | undefined, column: string | undefined): number =>
    pairs.filter(([r, c]) => (row ?? r) === r && (column ?? c) === c).length;
  const cells = [
    ["", ...columns, "all"],
    ...[...names, undefined].map((row) => [
      row ?? "all",
      ...[...columns, undefined].map((column) => String(count(row, column) || "·")),
    ]),
  ];
  const widths = (cells[0] ?? []).map((_, at) => Math.max(...cells.map((line) => (line[at] ?? "").length)));
  return cells
    .map((line) =>
      line
        .map((cell, at) => (at === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[at] ?? 0)))
        .join("  "),
    )
    .join("\n");
}

/** Everything that a run has to say at its end. */
export function report({
  survived,
  violations,
  journeys,
  acknowledged,
  unknown,
  impossible,
}: Summary): string {
  const table = (row: keyof (typeof survived)[number], column: keyof (typeof survived)[number]): string =>
    crossTable(
      survived.map((one) => [String(one[row]), String(one[column])] as const),
      ORDER,
    );
  const count = (what: Violation["what"]): number =>
    violations.filter((violation) => violation.what === what).length;
  return [
    `Faults by kind and stage:\n${table("kind", "stage")}`,
    `Faults by strategy and stage:\n${table("strategy", "stage")}`,
    `Faults by world and leg:\n${table("world", "leg")}`,
    `How the run under a fault ended, and where the service worked then:\n${table("run", "at")}`,
    ...(impossible.length === 0 ? [] : [`Not possible on this machine: ${impossible.join(", ")}`]),
    `${survived.length} faults in ${journeys} journeys; ${acknowledged} writes acknowledged, ${unknown} in doubt: ` +
      `${count("lost")} lost, ${count("duplicated")} duplicated, ${count("changed")} changed, ${count("unknown")} unknown; ` +
      `${count("neither")} times in no home, ${count("both")} in both; ${count("left-behind")} left behind, ` +
      `${count("refused") + count("hung") + count("died")} runs that did not finish, ${count("untold")} errors not in words`,
  ].join("\n\n");
}
