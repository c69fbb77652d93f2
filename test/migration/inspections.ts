import type { Rights } from "../../migration/src/inspect/rights";
import type { ServerInspection } from "../../migration/src/inspect/server";
import type { SourceInspection, TargetInspection } from "../../migration/src/plan/finding";

export const surroundings: SourceInspection["surroundings"] = {
  eventTriggers: [],
  publications: [],
  subscriptions: [],
  bound: [],
  definers: [],
  grants: [],
  withheld: [],
  policyRoles: [],
  settings: [],
  paths: [],
  extensionRows: [],
};
export const rights: Rights = {
  user: "postgres",
  database: "core_db",
  version: 15,
  superuser: true,
  managed: false,
  createDatabases: true,
  bypassRowSecurity: true,
  createSchemas: true,
  signalSessions: true,
  owners: [{ name: "core_user", usable: true, grantable: false }],
  forcedRowSecurity: [],
};
export const MB = 1_000_000;
export const host = (identity: string, change: Partial<ServerInspection> = {}): ServerInspection => ({
  identity,
  standby: false,
  readOnly: false,
  readOnlyFrom: "default",
  user: "admin",
  superuser: true,
  freeSessions: { "max_connections of the server": 90 },
  lockCapacity: 7000,
  databaseBytes: 50 * MB,
  walBytes: 10 * MB,
  walHeld: false,
  ...change,
});
export const obstacles = { running: false, prepared: [], invalidIndexes: [] };

/** What an inspection of an empty schema finds, and what is given instead. */
export const inspected = (given: Partial<SourceInspection> = {}): SourceInspection => ({
  ...{ serverVersion: 15, schema: "public", relations: [], extensions: [], references: [], entries: [] },
  ...{
    fingerprint: "abc",
    largeObjects: { mine: [], others: 0, shared: [] },
    longTransactions: [],
    versionFeatures: [],
  },
  text: { encoding: "UTF8", collation: "libc C", collations: [], hashedByText: [], unfit: [] },
  ...{ routines: [], extensionMembers: new Set<string>(), surroundings, rights, obstacles, fences: [] },
  server: host("one"),
  database: { locale: "UTF8 C", others: [], replaceable: true },
  ...given,
});

/** What is found in an empty new home, and what is given instead. */
export const reached = (given: Partial<TargetInspection> = {}): TargetInspection => ({
  ...{ serverVersion: 15, strangers: 0, ownerExists: true, rights, obstacles, reclaimable: 0, rates: {} },
  ...{ availableExtensions: new Set<string>(), trustedExtensions: new Set<string>() },
  ...{ extensionVersions: new Map<string, string>(), installedExtensions: new Map<string, string>() },
  roles: new Set(["core_user"]),
  ...{
    accessMethods: new Set(["heap"]),
    largeObjects: new Set<number>(),
    collations: new Map<string, string>(),
  },
  text: { encoding: "UTF8", collation: "libc C" },
  server: host("two"),
  database: { locale: "UTF8 C", others: [], replaceable: true },
  ...given,
});
