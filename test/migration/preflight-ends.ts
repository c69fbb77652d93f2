import type { MoveRequest } from "@rehome/migration";
import type { FollowableTable } from "../../migration/src/inspect/followable";
import type { ReplicationFacts } from "../../migration/src/inspect/replication";
import type { Relation } from "../../migration/src/inspect/relations";
import type { Rights } from "../../migration/src/inspect/rights";
import type { SchemaInspection } from "../../migration/src/inspect/schema";
import type { Crossing, Scope } from "../../migration/src/scope/scope";
import type { Standing } from "../../migration/src/scope/standing";
import type { Ends, SourceInspection, TargetInspection } from "../../migration/src/plan/finding";
import { MB, host, obstacles, rights, surroundings } from "./inspections";

export const server = { host: "127.0.0.1", port: 5432, user: "postgres", password: "s3cret-pass" };
export const request: MoveRequest = {
  dataset: "core",
  from: { host: "old", server, database: "core_db", schema: "public", owner: "core_user" },
  to: { host: "new", server: { ...server, port: 5433 }, database: "erp", schema: "core", owner: "core_user" },
  options: { mode: "offline", verify: "checksum" },
};
export const relation = (name: string, kind = "r", bytes = 1000, rows = 10): Relation => ({
  oid: 1,
  name,
  kind,
  bytes,
  indexBytes: bytes / 2,
  tablespace: null,
  rows,
  populated: true,
  columns: ["id"],
  allColumns: ["id"],
  sorted: [],
  hashed: [],
  binary: true,
});
/** An administrator that is no superuser and has all that it takes, but for `change`. */
export const plain = (change: Partial<Rights> = {}): Rights => ({
  ...rights,
  user: "admin",
  superuser: false,
  ...change,
});
export const database = { locale: "UTF8 C", others: [], replaceable: true };
export const source: SourceInspection = {
  rights,
  database,
  server: host("one"),
  obstacles,
  fences: [],
  serverVersion: 15,
  schema: "public",
  relations: [relation("users", "r", 45_000_000, 12_300), relation("orders"), relation("v", "v", 0, 0)],
  extensions: [{ name: "citext", schema: "public", version: "1.6", relocatable: true }],
  references: [],
  entries: [
    { kind: "index", name: "i", definition: "x" },
    { kind: "function", name: "f()", definition: "x" },
    { kind: "function", name: "g()", definition: "x" },
  ],
  fingerprint: "abc",
  largeObjects: { mine: [], others: 0, shared: [] },
  longTransactions: [],
  versionFeatures: [],
  text: { encoding: "UTF8", collation: "libc C", collations: [], hashedByText: [], unfit: [] },
  routines: [],
  surroundings,
  extensionMembers: new Set(["citext"]),
};
export const target: TargetInspection = {
  rights,
  database,
  serverVersion: 15,
  availableExtensions: new Set(["citext"]),
  trustedExtensions: new Set(["citext"]),
  extensionVersions: new Map([["citext", "1.6"]]),
  largeObjects: new Set(),
  roles: new Set(["core_user"]),
  installedExtensions: new Map(),
  text: { encoding: "UTF8", collation: "libc C" },
  accessMethods: new Set(["heap"]),
  collations: new Map([["de-x-icu", "icu de (153.1)"]]),
  strangers: 0,
  ownerExists: true,
  server: host("two"),
  obstacles,
  reclaimable: 0,
  rates: {},
};
export const routine = (body: string, language = "plpgsql") => ({
  row: "pg_proc 1",
  signature: "f(x integer)",
  language,
  body,
});
export const reference = (direction: "inward" | "outward", n = 1) =>
  Array.from({ length: n }, (_, i) => ({
    ...{ object: `view other.v${i}`, on: "table public.users", row: "pg_class 1" },
    direction,
  }));
export const scope: Scope = {
  ...{ patterns: ["a*"], objects: [], crossings: [], unmatched: [], staying: [], unused: [] },
};
export const standing: Standing = {
  serverVersion: 15,
  scope,
  objects: [],
  entries: new Map(),
  users: new Map(),
  ours: new Set(),
  others: new Set(),
  left: true,
  accounted: true,
};
export const crossing = (code: Crossing["code"]): Partial<SchemaInspection> => ({
  scope: { ...scope, crossings: [{ code, text: "x needs y" }] },
});
export const type = { key: "pg_type 1", kind: "type", name: "status", identity: "type public.status" };
export const able: ReplicationFacts = {
  ...{
    walLevel: "logical",
    mayDecode: true,
    freeSlots: 8,
    freeSenders: 8,
    freeWorkers: 4,
    slotWalLimit: null,
    prepared: [],
  },
  ...{
    mayReplicate: true,
    maySubscribe: true,
    mayActAsReplica: true,
    facadesFree: true,
    facadesStand: false,
  },
};
export const followable = (name: string, change: Partial<FollowableTable> = {}): FollowableTable => ({
  ...{ name, key: ["id"], included: [], partitionBy: ["id"], replicaIdentity: "d", identity: false },
  ...{ partitioned: false, obstacle: null, facadeObstacle: null, pathless: [], bytes: 3 * MB },
  ...change,
});
export const online = {
  options: { mode: "online", verify: "checksum" },
  to: { ...request.to, schema: "public" },
} satisfies Partial<MoveRequest>;
export const renamed = { options: online.options };
export const fixed = { name: "adminpack", schema: "public", version: "2", relocatable: false };

export interface Case {
  readonly code: string;
  readonly level?: "warning";
  readonly says: RegExp;
  readonly source?: Partial<SourceInspection>;
  readonly target?: Partial<TargetInspection>;
  readonly request?: Partial<Ends["request"]>;
  /** The version of `pg_dump` at hand. */
  readonly dump?: number;
  /** Warnings that come with it, after it. */
  readonly beside?: readonly string[];
}
