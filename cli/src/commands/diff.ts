import type { Comparison } from "@rehome/migration";
import type { Command } from "commander";
import { compareDatasets } from "../compare/compare-datasets";
import { formatDifferences } from "../compare/format-comparison";
import { contextOf, headOf, type DocumentHead } from "../context";
import { EXIT, type ExitCode } from "../exit-codes";
import { addCommand, wholeFrom, type CommonFlags, type Description } from "../program";
import { chosen } from "../stack/open-stack";

/** What `rehome diff --json` prints. Keys of rows, and no other content. */
export interface DiffDocument extends DocumentHead {
  readonly datasets: readonly Comparison[];
}

interface Flags extends CommonFlags {
  readonly limit: number;
}

const DESCRIPTION: Description = {
  usage: "diff [dataset...]",
  summary: "the rows that differ between a dataset's two homes, by key",
  about:
    "Compares a dataset's homes and names the rows that differ by their keys, and nothing else of them. Where the home that was left is fenced, that is what the service has written since it moved. Exits with 1 when something differs.",
  examples: [
    ["rehome diff billing", "rows of one service"],
    ["rehome diff --limit 200 --json", "of all, more of them, for programs"],
  ],
};

const differs = ({ tables, definitions }: Comparison): boolean =>
  definitions.length > 0 || tables.some(({ state }) => state !== "equal");

const run = async (names: readonly string[], flags: Flags): Promise<ExitCode> => {
  const { terminal, open, answer, waiting } = contextOf(flags);
  const stack = await open();
  const datasets = await compareDatasets(
    stack,
    chosen(stack.datasets, names),
    { rows: flags.limit },
    waiting,
  );
  const document: DiffDocument = { ...headOf("diff", stack), datasets };
  answer(document, () =>
    datasets.length === 0
      ? "nothing to compare: no dataset has a next or a former home."
      : datasets.map((one) => formatDifferences(one, flags.limit, terminal.paint)).join("\n\n"),
  );
  return datasets.some(differs) ? EXIT.failed : EXIT.ok;
};

/** `rehome diff`: the rows that differ between a dataset's two homes. */
export const addDiff = (program: Command, done: (code: ExitCode) => void): void => {
  addCommand(program, DESCRIPTION)
    .option("--limit <rows>", "rows named of each table at most", wholeFrom(1), 20)
    .action(async (names: string[], flags: Flags) => done(await run(names, flags)));
};
