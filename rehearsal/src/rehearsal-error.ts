/** A failure that a user should read: what was found, what was expected, what to do. */
export class RehearsalError extends Error {
  override readonly name = "RehearsalError";
  constructor(
    /** Stable, for programs to branch on. */
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The message of whatever was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
