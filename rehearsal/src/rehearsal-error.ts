/** What kind of failure it is; stable, documented in `docs/preflight.md`, safe to branch on. */
export type RehearsalErrorCode =
  | "bad-ciphertext"
  | "bad-config"
  | "bad-database"
  | "bad-defaults"
  | "bad-grant"
  | "bad-kubeconfig"
  | "bad-privilege"
  | "bad-project"
  | "bad-runtime"
  | "bad-stack"
  | "bad-state"
  | "cannot-read"
  | "duplicate"
  | "exists"
  | "foreign-secrets"
  | "locked"
  | "no-cluster"
  | "no-output"
  | "no-project"
  | "no-provider"
  | "no-sdk"
  | "no-server"
  | "no-stack"
  | "not-found"
  | "policy-config"
  | "policy-pack"
  | "read-only"
  | "refused-by-cluster"
  | "stand-in"
  | "unknown-config"
  | "unknown-input"
  | "unknown-type"
  | "unreachable"
  | "unsupported"
  | "usage"
  | "wrong-passphrase";

/** A failure that a user should read: what was found, what was expected, what to do. */
export class RehearsalError extends Error {
  override readonly name = "RehearsalError";
  constructor(
    readonly code: RehearsalErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The message of whatever was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
