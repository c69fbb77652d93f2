import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CommanderError } from "commander";
import { told } from "./cli-error";
import { EXIT, type ExitCode } from "./exit-codes";
import { rehome } from "./rehome";

const version = (): string =>
  (JSON.parse(readFileSync(join(__dirname, "../package.json"), "utf8")) as { version: string }).version;

/** What a program is told of a failure, with `--json`. */
export interface ErrorDocument {
  readonly error: { readonly code: string; readonly message: string };
}

const fail = (error: unknown, json: boolean): ExitCode => {
  const { code, message, exitCode } = told(error);
  const document: ErrorDocument = { error: { code, message } };
  if (json) process.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
  process.stderr.write(`error: ${message} [${code}]\n`);
  return exitCode;
};

const wantsJson = (argv: readonly string[]): boolean => {
  const own = argv.includes("--") ? argv.slice(0, argv.indexOf("--")) : argv;
  return own.includes("--json") || own.includes("-j");
};

/** Runs a command line. @returns the exit code */
export const main = async (argv: readonly string[]): Promise<number> => {
  let code: number = EXIT.ok;
  try {
    const program = await rehome(version(), argv, (result) => {
      code = result;
    });
    if (argv.length === 0) program.outputHelp();
    else await program.parseAsync([...argv], { from: "user" });
    return code;
  } catch (error) {
    // Commander has said by then what is wrong with the command line, or has printed the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    return fail(error, wantsJson(argv));
  }
};
