/** SQLSTATEs that the engine acts on, by PostgreSQL's own names (appendix A of its manual). */
export const SQLSTATE = {
  deadlockDetected: "40P01",
  duplicateDatabase: "42P04",
  insufficientPrivilege: "42501",
  internalError: "XX000",
  invalidCatalogName: "3D000",
  invalidPassword: "28P01",
  invalidAuthorization: "28000",
  lockNotAvailable: "55P03",
  objectInUse: "55006",
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
  readonly code: string;
  readonly retryable: boolean;

  constructor(code: string, message: string, details: Details = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
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

/** The server's primary message without its detail: a detail may hold a row's values. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
