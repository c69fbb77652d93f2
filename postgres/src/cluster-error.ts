/** What can go wrong with binaries and local clusters; branch on `code`. */
export type ClusterErrorCode =
  | "binaries-missing"
  | "no-server-account"
  | "not-a-cluster"
  | "directory-unusable"
  | "version-differs"
  | "parameter-refused"
  | "port-taken"
  | "tool-failed"
  | "start-failed"
  | "locked";

/** An error whose message says what was found, what was expected and what to do. It never holds a password. */
export class ClusterError extends Error {
  override readonly name = "ClusterError";

  constructor(
    readonly code: ClusterErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The `code` of a system or PostgreSQL error (`ENOENT`, `28P01`), if it has one. */
export const codeOf = (error: unknown): string | undefined =>
  typeof error === "object" && error !== null && "code" in error && typeof error.code === "string"
    ? error.code
    : undefined;
