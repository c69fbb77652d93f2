import type { DatabaseInspection } from "../inspect/database";
import type { SchemaInspection } from "../inspect/schema";
import type { Standing } from "../scope/standing";
import type { Finding, MoveRequest, Strategy } from "../types";

/** What is known of the place that a dataset goes to; absent while its server is still to be created. */
export interface TargetInspection {
  readonly serverVersion: number;
  readonly availableExtensions: ReadonlySet<string>;
  /** Extensions of the target database, by name, with the schema each is in. */
  readonly installedExtensions: ReadonlyMap<string, string>;
  /** What stands in the target schema, when a part comes back to it, or goes on coming. */
  readonly standing?: Standing;
  /** Objects in the target schema that no journal of this dataset accounts for. */
  readonly strangers: number;
  /** Whether the role that is to own the dataset's objects exists. */
  readonly ownerExists: boolean;
  readonly database: DatabaseInspection;
}

/** All that a check judges by: plain data, read before. */
export interface Ends {
  readonly request: MoveRequest;
  readonly strategy: Strategy;
  readonly source: SchemaInspection;
  /** Absent while the new home's server or database is still to be created. */
  readonly target: TargetInspection | undefined;
  /** The major version of the `pg_dump` at hand. */
  readonly dumpVersion: number;
}

/** One concern of the preflight: a pure function of what was read. */
export type Check = (ends: Ends) => Finding[];

export const blocker = (code: string, message: string, remedy: string): Finding => ({
  code,
  level: "blocker",
  message,
  remedy,
});

export const warning = (code: string, message: string, remedy: string): Finding => ({
  code,
  level: "warning",
  message,
  remedy,
});

/** The first few of many names. */
export const some = (names: readonly string[], limit = 5): string =>
  names.length <= limit
    ? names.join("; ")
    : `${names.slice(0, limit).join("; ")}; and ${names.length - limit} more`;
