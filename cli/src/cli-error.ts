import { EXIT, type ExitCode } from "./exit-codes";

/** What ends a command: one line that names place, value and remedy, and the exit code. */
export class CliError extends Error {
  override readonly name = "CliError";
  constructor(
    /** Stable, for programs to branch on. */
    readonly code: string,
    message: string,
    readonly exitCode: ExitCode = EXIT.failed,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What a user is told of whatever was thrown: its message, and its code where it has one. */
export const told = (error: unknown): { code: string; message: string; exitCode: ExitCode } => {
  const message = error instanceof Error ? error.message : String(error);
  const given = (error as { code?: unknown } | null)?.code;
  const code = typeof given === "string" ? given : "failed";
  if (error instanceof CliError) return { code, message, exitCode: error.exitCode };
  const noStack = ["no-stack", "no-project", "bad-stack"].includes(code);
  return { code, message, exitCode: noStack ? EXIT.noStack : EXIT.failed };
};
