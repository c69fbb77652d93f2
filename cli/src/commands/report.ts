import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { gatherReport, type GatheredReport } from "@rehome/migration";
import { renderReport, renderTopology } from "@rehome/report";
import type { Command } from "commander";
import { CliError } from "../cli-error";
import { contextOf, headOf, type DocumentHead } from "../context";
import { EXIT, type ExitCode } from "../exit-codes";
import { addCommand, type CommonFlags, type Description } from "../program";
import { chosen } from "../stack/open-stack";
import { reportFacts } from "../report/facts";

/** What `rehome report --json` prints. */
export interface ReportDocument extends DocumentHead {
  /** The file that was written: its whole path. */
  readonly file: string;
  readonly unread: GatheredReport["unread"];
}

interface Flags extends CommonFlags {
  readonly out?: string;
  readonly svg?: boolean;
}

const DESCRIPTION: Description = {
  usage: "report [dataset...]",
  summary: "one HTML file with what moved, when, and what proves it",
  about:
    "Writes a file that needs nothing else: the topology before and after as a picture, each migration's timeline with its fence, plots, every table's count and hash, roles and rights, and how to go back. With --svg, the picture alone.",
  examples: [
    ["rehome report", "of the stack, into <project>-<stack>.html"],
    ["rehome report billing --out billing.html", "of one service's migrations"],
    ["rehome report --svg --out topology.svg", "the picture, for a README or a pull request"],
  ],
};

const write = async (file: string, text: string): Promise<void> => {
  try {
    await writeFile(file, text);
  } catch (error) {
    throw new CliError(
      "not-written",
      `the report cannot be written to ${file}: ${error instanceof Error ? error.message : String(error)}. Give another place by --out.`,
      EXIT.failed,
    );
  }
};

const run = async (names: readonly string[], flags: Flags): Promise<ExitCode> => {
  const { terminal, open, answer, waiting } = contextOf(flags);
  const stack = await open();
  const datasets = chosen(stack.datasets, names);
  waiting("reading the journals …");
  const report = await gatherReport(reportFacts(stack, datasets));
  const wanted = new Set(datasets.map(({ name }) => name));
  const migrations = report.migrations.filter(({ dataset }) => names.length === 0 || wanted.has(dataset));
  const text = (flags.svg === true ? renderTopology : renderReport)({ ...report, migrations });
  const name = `${stack.project}-${stack.stack}.${flags.svg === true ? "svg" : "html"}`;
  const file = resolve(flags.out ?? name);
  await write(file, text);
  answer({ ...headOf("report", stack), file, unread: report.unread } satisfies ReportDocument, () => file);
  for (const { place, reason } of report.unread) terminal.note(`${place} is not known: ${reason}`);
  return report.unread.length > 0 ? EXIT.failed : EXIT.ok;
};

/** `rehome report`: the proof, to look at and to keep. */
export const addReport = (program: Command, done: (code: ExitCode) => void): void => {
  addCommand(program, DESCRIPTION)
    .option(
      "-o, --out <file>",
      "where to write it (default: <project>-<stack>.html, or .svg, in this folder)",
    )
    .option("--svg", "the picture of the topology alone")
    .action(async (names: string[], flags: Flags) => done(await run(names, flags)));
};
