import { RehomeError, codeOf, messageOf, withoutRows } from "./errors";
import { isConnectionLost } from "./sql/connect";

/** What an error is to be told with. */
interface Telling {
  /** What was under way, as a clause with its subject. */
  readonly doing: string;
  /** What holds now, as sentences. */
  readonly holds: string;
}

/** The error to tell: of a lost session, or of what a server said, in words; the engine's own as it is. */
export function inWords(error: unknown, { doing, holds }: Telling): unknown {
  const cause = error instanceof Error ? error.cause : undefined;
  const lost = [error, cause].find(isConnectionLost);
  const told = error instanceof RehomeError;
  if (told && (error.code !== "definition-refused" || lost === undefined)) return error;
  if (lost !== undefined) {
    return new RehomeError(
      "connection-lost",
      `a session was lost while ${doing}: ${messageOf(lost)}. ${holds} Check that both servers run, and run it again.`,
      { cause: error, retryable: true },
    );
  }
  const code = codeOf(error) ?? "";
  if (!/^[0-9A-Z]{5}$/.test(code)) return withoutRows(error);
  return new RehomeError(
    "server-refused",
    `a server refused what it was asked while ${doing}: ${messageOf(error)} (SQLSTATE ${code}). ${holds} See to the cause, and run it again.`,
    { cause: error, retryable: true },
  );
}
