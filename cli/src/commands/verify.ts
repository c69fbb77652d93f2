import type { Comparison } from "@rehome/migration";
import type { Command } from "commander";
import { compareDatasets, isWrong } from "../compare/compare-datasets";
import { formatComparison } from "../compare/format-comparison";
import { contextOf, headOf, type DocumentHead } from "../context";
import { EXIT, type ExitCode } from "../exit-codes";
import { addCommand, type CommonFlags, type Description } from "../program";
import { chosen } from "../stack/open-stack";

/** What `rehome verify --json` prints. */
export interface VerifyDocument extends DocumentHead {
  readonly datasets: readonly (Comparison & { readonly wrong: boolean })[];
}

const DESCRIPTION: Description = {
  usage: "verify [dataset...]",
  summary: "compares each dataset's two homes again, by every row",
  about:
    "Counts and hashes every table inside the servers, where that means something: where one home follows the other, both; where the one that was left is fenced, that one against the proof in the journal, which the way back rests on. Says so where there is nothing to compare. Reads only; large tables take as long as it takes to read them.",
  examples: [
    ["rehome verify", "every dataset that has two homes"],
    ["rehome verify billing --json", "one service's, for programs"],
  ],
};

const run = async (names: readonly string[], flags: CommonFlags): Promise<ExitCode> => {
  const { terminal, open, answer, waiting } = contextOf(flags);
  const stack = await open();
  const found = await compareDatasets(stack, chosen(stack.datasets, names), {}, waiting);
  const datasets = found.map((one) => ({ ...one, wrong: isWrong(one) }));
  const document: VerifyDocument = { ...headOf("verify", stack), datasets };
  answer(document, () =>
    found.length === 0
      ? "nothing to compare: no dataset has a next or a former home."
      : found.map((one) => formatComparison(one, terminal.paint)).join("\n\n"),
  );
  return datasets.some(({ wrong }) => wrong) ? EXIT.failed : EXIT.ok;
};

/** `rehome verify`: compares each dataset's two homes again. */
export const addVerify = (program: Command, done: (code: ExitCode) => void): void => {
  addCommand(program, DESCRIPTION).action(async (names: string[], flags: CommonFlags) =>
    done(await run(names, flags)),
  );
};
