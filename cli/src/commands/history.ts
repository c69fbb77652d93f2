import type { Command } from "commander";
import { contextOf, headOf, type DocumentHead } from "../context";
import { EXIT, type ExitCode } from "../exit-codes";
import { formatHistory } from "../history/format-history";
import { readHistory, type MigrationHistory } from "../history/history";
import { addCommand, type CommonFlags, type Description } from "../program";
import { chosen } from "../stack/open-stack";
import type { Unread } from "../status/read-stack";

/** What `rehome history --json` prints. */
export interface HistoryDocument extends DocumentHead {
  /** The oldest first. */
  readonly migrations: readonly MigrationHistory[];
  readonly unread: readonly Unread[];
}

const DESCRIPTION: Description = {
  usage: "history [dataset...]",
  summary: "what has moved, when, and stage by stage",
  about:
    "Prints the journals of the stack's databases: each migration with its stages and their times, how long it took, how long its service could not write, and its proof.",
  examples: [
    ["rehome history", "all that has ever moved in this stack"],
    ["rehome history billing --json", "one service's, for programs"],
  ],
};

const run = async (names: readonly string[], flags: CommonFlags): Promise<ExitCode> => {
  const { terminal, open, answer } = contextOf(flags);
  const stack = await open();
  const { migrations, unread } = await readHistory(stack);
  const everything = [...stack.datasets, ...migrations.map(({ dataset }) => ({ name: dataset }))];
  const wanted = new Set(chosen(everything, names).map(({ name }) => name));
  const document: HistoryDocument = {
    ...headOf("history", stack),
    migrations: migrations.filter(({ dataset }) => wanted.has(dataset)),
    unread,
  };
  answer(document, () => formatHistory(document.migrations, terminal.paint));
  for (const { place, reason } of unread) terminal.note(`${place} is not known: ${reason}`);
  return unread.length > 0 ? EXIT.failed : EXIT.ok;
};

/** `rehome history`: what has moved, and when. */
export const addHistory = (program: Command, done: (code: ExitCode) => void): void => {
  addCommand(program, DESCRIPTION).action(async (names: string[], flags: CommonFlags) =>
    done(await run(names, flags)),
  );
};
