import type { MeasuredRates } from "../inspect/measured-rates";
import type { FindingCode } from "../codes";
import type { DatabaseInspection } from "../inspect/database";
import type { Disk } from "../inspect/disk";
import type { FollowableTable } from "../inspect/followable";
import type { Obstacles } from "../inspect/obstacles";
import type { ReplicationFacts } from "../inspect/replication";
import type { Rights } from "../inspect/rights";
import type { SchemaInspection } from "../inspect/schema";
import type { Standing } from "../scope/standing";
import type { ServerInspection } from "../inspect/server";
import type { StandingFence } from "../inspect/standing-fences";
import type { TextFacts } from "../inspect/text";
import type { Declared, Finding, MoveRequest, Strategy } from "../types";

/** What is known of the place that a dataset comes from. */
export interface SourceInspection extends SchemaInspection {
  readonly server: ServerInspection;
  readonly obstacles: Obstacles;
  /** Fences around its tables that are no part of this move. */
  readonly fences: readonly StandingFence[];
  /** Names of its database's schemas that hold tables under no fence; read where tenants' are told by their names. */
  readonly schemas?: readonly string[];
  /** What its server allows one who follows; read for moves that go online. */
  readonly replication?: ReplicationFacts;
  /** Its tables as replication sees them; read for moves that go online. */
  readonly followable?: readonly FollowableTable[];
}

/** What is known of the place that a dataset goes to; absent while its server is still to be created. */
export interface TargetInspection {
  readonly serverVersion: number;
  /** Those of the old home's extensions that its server could install. */
  readonly availableExtensions: ReadonlySet<string>;
  /** Those of them that an owner of a database may create there. */
  readonly trustedExtensions: ReadonlySet<string>;
  /** The version of each extension that the target has installed, or else would install. */
  readonly extensionVersions: ReadonlyMap<string, string>;
  /** OIDs of the database's large objects, but for those that moves of this dataset have left there. */
  readonly largeObjects: ReadonlySet<number>;
  /** Names of the server's roles. */
  readonly roles: ReadonlySet<string>;
  /** Extensions of the target database, by name, with the schema each is in. */
  readonly installedExtensions: ReadonlyMap<string, string>;
  /** What stands in the target schema, when a part comes back to it, or goes on coming. */
  readonly standing?: Standing;
  readonly rights: Rights;
  readonly text: TextFacts;
  /** Those of the collations that the old home uses which the server has, with what each sorts by there. */
  readonly collations: ReadonlyMap<string, string>;
  /** Names of the access methods that the target database has for tables. */
  readonly accessMethods: ReadonlySet<string>;
  /** Objects in the target schema that no journal of this dataset accounts for. */
  readonly strangers: number;
  /** Where the dataset came from that the journal there speaks of, where what stands there is none of a run under way. */
  readonly cameFrom?: string;
  /** true: it was held to be lost, and the home that it came from was opened again. */
  readonly givenUp?: boolean;
  /** Whether the role that is to own the dataset's objects exists. */
  readonly ownerExists: boolean;
  readonly database: DatabaseInspection;
  readonly server: ServerInspection;
  readonly obstacles: Obstacles;
  /** What its server allows one who follows; read for moves that go online. */
  readonly replication?: ReplicationFacts;
  /** Absent where it cannot be known. */
  readonly disk?: Disk;
  /** Bytes that the dataset's own former copy takes in the target schema, to be removed before the new one comes. */
  readonly reclaimable: number;
  /** What earlier moves into the database have reached. */
  readonly rates: MeasuredRates;
}

/** All that a check judges by: plain data, read before. */
export interface Ends {
  readonly request: MoveRequest & Declared;
  readonly strategy: Strategy;
  readonly source: SourceInspection;
  /** Absent while the new home's server or database is still to be created. */
  readonly target: TargetInspection | undefined;
  /** The major version of the `pg_dump` at hand. */
  readonly dumpVersion: number;
}

/** One concern of the preflight: a pure function of what was read. */
export type Check = (ends: Ends) => Finding[];

export const blocker = (code: FindingCode, message: string, remedy: string): Finding =>
  finding("blocker", code, message, remedy);

export const warning = (code: FindingCode, message: string, remedy: string): Finding =>
  finding("warning", code, message, remedy);

const finding = (level: Finding["level"], code: FindingCode, message: string, remedy: string): Finding => ({
  code,
  level,
  message: onOneLine(message),
  remedy: onOneLine(remedy),
});

/** Names may hold anything, and a reviewer reads lines: what would break one, or turn it around, is shown as its code. */
const onOneLine = (text: string): string =>
  text.replace(
    /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (letter) => `\\u${(letter.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
  );

/** The first few of many names. */
export const some = (names: readonly string[], limit = 5): string =>
  names.length <= limit
    ? names.join("; ")
    : `${names.slice(0, limit).join("; ")}; and ${names.length - limit} more`;
