import { formatBytes } from "@rehome/migration";
import type { Command } from "commander";
import { contextOf, headOf, type DocumentHead } from "../context";
import { EXIT, type ExitCode } from "../exit-codes";
import { addCommand, type CommonFlags, type Description } from "../program";
import { readStackSizes, type PlacementSize } from "../sizes/sizes";
import { chosen } from "../stack/open-stack";
import { columns } from "../terminal/table";
import type { Paint } from "../terminal/terminal";

/** What `rehome sizes --json` prints. */
export interface SizesDocument extends DocumentHead {
  readonly schemas: readonly PlacementSize[];
}

const DESCRIPTION: Description = {
  usage: "sizes [dataset...]",
  summary: "what each schema takes, and how it is used",
  about:
    "Prints for each schema that a dataset is in, was in or will be in: tables, rows (the planner's estimate), bytes of tables and of indexes, sessions of its role, and the share of blocks that were found in the server's cache.",
  examples: [
    ["rehome sizes", "every schema of the stack"],
    ["rehome sizes billing --json", "one service's, for programs"],
  ],
};

const NUMBERS = ["TABLES", "ROWS", "DATA", "INDEXES", "SESSIONS", "CACHE HIT"];

const percent = (share: number | null): string => (share === null ? "" : `${(share * 100).toFixed(1)} %`);

/** The table, biggest first, and its sums below. */
const formatSizes = (sizes: readonly PlacementSize[], paint: Paint): string => {
  if (sizes.length === 0) return "none of these schemas is there yet.";
  const bytes = (size: PlacementSize): number => size.tableBytes + size.indexBytes;
  const sorted = [...sizes].sort((a, b) => bytes(b) - bytes(a));
  const rows = sorted.map((size) => [
    paint.strong(size.datasets.join(", ")),
    size.placement,
    size.use,
    size.tables.toLocaleString("en-US"),
    `~${size.rows.toLocaleString("en-US")}`,
    formatBytes(size.tableBytes),
    formatBytes(size.indexBytes),
    String(size.connections),
    percent(size.cacheHit),
  ]);
  const sum = (of: (size: PlacementSize) => number): number => sizes.reduce((all, size) => all + of(size), 0);
  const total = [
    ...[paint.faint("all"), "", "", sum((size) => size.tables).toLocaleString("en-US"), ""],
    ...[formatBytes(sum((size) => size.tableBytes)), formatBytes(sum((size) => size.indexBytes))],
    ...[String(sum((size) => size.connections)), ""],
  ];
  const names = ["DATASET", "SCHEMA", "USE", ...NUMBERS];
  return columns(names, sizes.length > 1 ? [...rows, total] : rows, paint, NUMBERS);
};

const run = async (names: readonly string[], flags: CommonFlags): Promise<ExitCode> => {
  const { terminal, open, answer } = contextOf(flags);
  const stack = await open();
  const schemas = await readStackSizes(stack, chosen(stack.datasets, names));
  const document: SizesDocument = { ...headOf("sizes", stack), schemas };
  answer(document, () => formatSizes(schemas, terminal.paint));
  return EXIT.ok;
};

/** `rehome sizes`: what each schema takes. */
export const addSizes = (program: Command, done: (code: ExitCode) => void): void => {
  addCommand(program, DESCRIPTION).action(async (names: string[], flags: CommonFlags) =>
    done(await run(names, flags)),
  );
};
