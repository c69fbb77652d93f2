import type { ErrorCode } from "./codes";

/** SQLSTATEs that the engine acts on, by PostgreSQL's own names (appendix A of its manual). */
export const SQLSTATE = {
  configurationLimitExceeded: "53400",
  deadlockDetected: "40P01",
  dependentObjects: "2BP01",
  duplicateDatabase: "42P04",
  insufficientPrivilege: "42501",
  internalError: "XX000",
  characterNotInRepertoire: "22021",
  untranslatableCharacter: "22P05",
  invalidCatalogName: "3D000",
  invalidFunctionDefinition: "42P13",
  invalidPassword: "28P01",
  invalidAuthorization: "28000",
  tooManyConnections: "53300",
  lockNotAvailable: "55P03",
  notInPrerequisiteState: "55000",
  objectInUse: "55006",
  undefinedColumn: "42703",
  undefinedFunction: "42883",
  undefinedObject: "42704",
  undefinedTable: "42P01",
} as const;

interface Details {
  /** Whether the same call may succeed later without any change. */
  readonly retryable?: boolean;
  readonly cause?: unknown;
}

/**
 * The one error of the engine. Branch on `code`: across a dynamic provider's boundary `instanceof` does not hold.
 * The message names the place, the value and the remedy, and never a secret or a row's content.
 */
export class RehomeError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;

  constructor(code: ErrorCode, message: string, details: Details = {}) {
    super(message, details.cause === undefined ? undefined : { cause: withoutRows(details.cause) });
    this.name = "RehomeError";
    this.code = code;
    this.retryable = details.retryable ?? false;
  }
}

/** The SQLSTATE or Node error code of whatever was thrown, if it has one. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** Nobody answers, or, through a cloud's connector, nobody says where: the instance may be gone. */
const SILENT: readonly (string | undefined)[] = ["unreachable", "connector-failed"];

/** Whether an error says that a server does not answer: it may be gone for good, or only out of reach. */
export function isSilence(error: unknown): boolean {
  return SILENT.includes(codeOf(error));
}

const NOT_FOUND = new Set<string | undefined>([
  SQLSTATE.undefinedColumn,
  SQLSTATE.undefinedFunction,
  SQLSTATE.undefinedObject,
  SQLSTATE.undefinedTable,
]);

/** Whether a server has not found a name: what bore it is gone, or is not where its `search_path` leads. */
export function isNotFound(error: unknown): boolean {
  return NOT_FOUND.has(codeOf(error));
}

/** What PL/pgSQL's RAISE and ASSERT come from in the server's source: their words are the function's own. */
const SPOKEN = new Set(["exec_stmt_raise", "exec_stmt_assert"]);

/** Whether the server's primary message may quote a value: `invalid input syntax for type integer: "…"`. */
function mayQuoteRows(error: object): boolean {
  const code = codeOf(error) ?? "";
  const routine = "routine" in error ? error.routine : undefined;
  return /^(22|P0)[0-9A-Z]{3}$/.test(code) || (typeof routine === "string" && SPOKEN.has(routine));
}

/**
 * What an error says, fit for messages and the journal: the server's primary message without its detail, which may hold
 * a row's values; and where the primary message itself may quote one, its SQLSTATE alone.
 */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof RehomeError || !mayQuoteRows(error)) return error.message;
  return `SQLSTATE ${codeOf(error)}, in words that may quote a row and are left to the server's log`;
}

/** A server's error without what may hold a row (detail, hint, context, query); anything else as it is. */
export function withoutRows(error: unknown): unknown {
  const server = error instanceof Error && ("severity" in error || mayQuoteRows(error));
  if (!server || error instanceof RehomeError) return error;
  const told = new Error(messageOf(error));
  told.stack = `${told.name}: ${told.message}\n${(error.stack ?? "")
    .split("\n")
    .filter((line) => /^ {4}at /.test(line))
    .join("\n")}`;
  return Object.assign(told, { code: codeOf(error) });
}
