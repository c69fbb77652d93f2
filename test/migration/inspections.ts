import type { SchemaInspection } from "../../migration/src/inspect/schema";
import type { TargetInspection } from "../../migration/src/plan/finding";

/** What an inspection of an empty schema finds, and what is given instead. */
export const inspected = (given: Partial<SchemaInspection> = {}): SchemaInspection => ({
  serverVersion: 15,
  schema: "public",
  relations: [],
  extensions: [],
  references: [],
  entries: [],
  fingerprint: "abc",
  largeObjects: 0,
  longTransactions: [],
  routines: [],
  extensionMembers: new Set(),
  database: { locale: "UTF8 C", others: [], replaceable: true },
  ...given,
});

/** What is found in an empty new home, and what is given instead. */
export const reached = (given: Partial<TargetInspection> = {}): TargetInspection => ({
  serverVersion: 15,
  availableExtensions: new Set(),
  installedExtensions: new Map(),
  strangers: 0,
  ownerExists: true,
  database: { locale: "UTF8 C", others: [], replaceable: true },
  ...given,
});
