import { Command, InvalidArgumentError, Option } from "commander";
import { EXIT_CODES_HELP } from "./exit-codes";
import { KEEPERS, type Keeper, type StackChoice } from "./stack/read-state";

/** The flags that every command has. */
export interface CommonFlags {
  readonly cwd?: string;
  readonly stack?: string;
  readonly state?: Keeper;
  readonly json?: boolean;
  readonly color: boolean;
}

/** The stack that a command's flags name. */
export const choiceOf = ({ cwd, stack, state }: CommonFlags): StackChoice => ({
  cwd: cwd ?? process.cwd(),
  stack,
  state,
});

/** What is told of a command beside its flags. */
export interface Description {
  /** `status [dataset...]` */
  readonly usage: string;
  readonly summary: string;
  /** Sentences. */
  readonly about: string;
  /** Command lines, each with what it does. */
  readonly examples: readonly (readonly [line: string, does: string])[];
}

/** Below a command's help. */
export const exampleText = (examples: Description["examples"]): string => {
  const width = Math.max(...examples.map(([line]) => line.length));
  return ["", "Examples:", ...examples.map(([line, does]) => `  ${line.padEnd(width)}  # ${does}`)].join(
    "\n",
  );
};

/** A command with the common flags and its examples. */
export const addCommand = (program: Command, { usage, summary, about, examples }: Description): Command =>
  program
    .command(usage)
    .summary(summary)
    .description(about)
    .option("-s, --stack <name>", "the stack (default: the selected one, the only one, or dev)")
    .option("-C, --cwd <folder>", "the project's folder, or one below it (default: this one)")
    .addOption(
      new Option("--state <keeper>", "whose state (default: Pulumi's, else the rehearsal's)").choices(
        KEEPERS,
      ),
    )
    .option("-j, --json", "print JSON")
    .option("--no-color", "print no colours; nor does it where NO_COLOR is set, or into a pipe")
    .addHelpText("after", exampleText(examples));

/** Reads a flag's whole number, of so much or more. */
export const wholeFrom =
  (least: number) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() !== "" && Number.isInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`a number of ${least} or more is expected.`);
  };

/** The program without its commands. */
export const newProgram = (version: string): Command =>
  new Command("rehome")
    .description(
      "Shows where each service's PostgreSQL data lives, how its moves stand, and what proves them.\nThe stack file and pulumi up decide and act; these commands read, but for cancel, reopen and rehearse.",
    )
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print what a command does, with examples")
    .helpCommand("help [command]", "print what a command does, with examples")
    .addHelpText("after", `\n${EXIT_CODES_HELP}`)
    .showSuggestionAfterError(true);
