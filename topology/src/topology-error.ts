import { quoted } from "./quoted";

/** Where in the stack file: `["services", "core", "home", "host"]`. */
export type Path = readonly (string | number)[];

/** What kind of mistake a problem is; stable, documented, safe to branch on. */
export type ProblemCode =
  | "admin-role"
  | "duplicate"
  | "invalid-name"
  | "invalid-value"
  | "missing"
  | "name-too-long"
  | "next-with-formerly"
  | "order-cycle"
  | "parameter-refused"
  | "password-in-url"
  | "platform-limit"
  | "placement-taken"
  | "port-taken"
  | "reserved-name"
  | "role-shared"
  | "same-placement"
  | "search-path"
  | "start-empty-with-data"
  | "tenant-placeholder"
  | "unknown-host"
  | "unknown-key"
  | "unknown-service";

/** One mistake in a stack file. The message says what was found, what is allowed and what to write. */
export interface Problem {
  readonly code: ProblemCode;
  /** `services.core.home.host` */
  readonly path: string;
  readonly message: string;
}

/** A path as a reader writes it; names that are not plain words are put in brackets and quotes. */
export function formatPath(path: Path): string {
  const steps = path.map((step) =>
    typeof step === "string" && /^[\p{L}\p{N}_$-]+$/u.test(step)
      ? `.${step}`
      : `[${typeof step === "string" ? quoted(step) : step}]`,
  );
  return steps.join("").replace(/^\./, "");
}

export const problem = (code: ProblemCode, path: Path, message: string): Problem => ({
  code,
  path: formatPath(path),
  message,
});

/** Everything that is wrong with a stack file, a line each. Thrown by `parseTopology`; holds no secret. */
export class TopologyError extends Error {
  readonly code = "invalid-topology";
  readonly retryable = false;
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(({ path, message }) => `rehome:topology ${path && `${path}: `}${message}`).join("\n"));
    this.name = "TopologyError";
    this.problems = problems;
  }
}
