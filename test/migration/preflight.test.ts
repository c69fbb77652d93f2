import { formatPlan, type MoveRequest } from "@rehome/migration";
import { beforeAll, describe, expect, it } from "vitest";
import { loadGrammar } from "../../migration/src/ddl/grammar";
import { FINDING_CODES } from "../../migration/src/codes";
import type { FollowableTable } from "../../migration/src/inspect/followable";
import type { ReplicationFacts } from "../../migration/src/inspect/replication";
import type { Relation } from "../../migration/src/inspect/relations";
import type { Rights } from "../../migration/src/inspect/rights";
import type { SchemaInspection } from "../../migration/src/inspect/schema";
import type { Crossing, Scope } from "../../migration/src/scope/scope";
import type { Standing } from "../../migration/src/scope/standing";
import { makePlan, refuseBlocked } from "../../migration/src/plan/plan";
import type { SourceInspection, TargetInspection } from "../../migration/src/plan/finding";
import { preflight } from "../../migration/src/plan/preflight";
import { extensionHome } from "../../migration/src/plan/renaming";
import { MB, host, obstacles, rights, surroundings } from "./inspections";

beforeAll(loadGrammar);

const server = { host: "127.0.0.1", port: 5432, user: "postgres", password: "s3cret-pass" };
const request: MoveRequest = {
  dataset: "core",
  from: { host: "old", server, database: "core_db", schema: "public", owner: "core_user" },
  to: { host: "new", server: { ...server, port: 5433 }, database: "erp", schema: "core", owner: "core_user" },
  options: { mode: "offline", verify: "checksum" },
};
const relation = (name: string, kind = "r", bytes = 1000, rows = 10): Relation => ({
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
const plain = (change: Partial<Rights> = {}): Rights => ({
  ...rights,
  user: "admin",
  superuser: false,
  ...change,
});
const database = { locale: "UTF8 C", others: [], replaceable: true };
const source: SourceInspection = {
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
const target: TargetInspection = {
  rights,
  database,
  serverVersion: 15,
  availableExtensions: new Set(["citext"]),
  extensionVersions: new Map([["citext", "1.6"]]),
  largeObjects: new Set(),
  roles: new Set(["core_user"]),
  installedExtensions: new Map(),
  text: { encoding: "UTF8", collation: "libc C" },
  collations: new Map([["de-x-icu", "icu de (153.1)"]]),
  strangers: 0,
  ownerExists: true,
  server: host("two"),
  obstacles,
  reclaimable: 0,
  rates: {},
};
const routine = (body: string, language = "plpgsql") => ({
  row: "pg_proc 1",
  signature: "f(x integer)",
  language,
  body,
});
const reference = (direction: "inward" | "outward", n = 1) =>
  Array.from({ length: n }, (_, i) => ({
    ...{ object: `view other.v${i}`, on: "table public.users", row: "pg_class 1" },
    direction,
  }));
const scope: Scope = {
  ...{ patterns: ["a*"], objects: [], crossings: [], unmatched: [], staying: [], unused: [] },
};
const standing: Standing = {
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
const crossing = (code: Crossing["code"]): Partial<SchemaInspection> => ({
  scope: { ...scope, crossings: [{ code, text: "x needs y" }] },
});
const type = { key: "pg_type 1", kind: "type", name: "status", identity: "type public.status" };
const able: ReplicationFacts = {
  ...{ walLevel: "logical", freeSlots: 8, freeSenders: 8, freeWorkers: 4, slotWalLimit: null, prepared: [] },
  ...{
    mayReplicate: true,
    maySubscribe: true,
    mayActAsReplica: true,
    facadesFree: true,
    facadesStand: false,
  },
};
const followable = (name: string, change: Partial<FollowableTable> = {}): FollowableTable => ({
  ...{ name, key: ["id"], included: [], partitionBy: ["id"], replicaIdentity: "d", identity: false },
  ...{ obstacle: null, facadeObstacle: null, bytes: 3 * MB },
  ...change,
});
const online = {
  options: { mode: "online", verify: "checksum" },
  to: { ...request.to, schema: "public" },
} satisfies Partial<MoveRequest>;
const renamed = { options: online.options };
const fixed = { name: "adminpack", schema: "public", version: "2", relocatable: false };

interface Case {
  readonly code: string;
  readonly level?: "warning";
  readonly says: RegExp;
  readonly source?: Partial<SourceInspection>;
  readonly target?: Partial<TargetInspection>;
  readonly request?: Partial<MoveRequest>;
  /** The version of `pg_dump` at hand. */
  readonly dump?: number;
  /** Warnings that come with it, after it. */
  readonly beside?: readonly string[];
}
const cases: Case[] = [
  {
    code: "wal-level",
    says: /"old" has wal_level = replica/,
    request: online,
    source: { replication: { ...able, walLevel: "replica" } },
  },
  {
    code: "wal-level",
    says: /"new" has wal_level = minimal/,
    request: online,
    target: { replication: { ...able, walLevel: "minimal" } },
  },
  {
    code: "slots-too-few",
    says: /"old" has no replication slot left/,
    request: online,
    source: { replication: { ...able, freeSlots: 0 } },
  },
  {
    code: "senders-too-few",
    says: /"new" has no WAL sender left/,
    request: online,
    target: { replication: { ...able, freeSenders: 0 } },
  },
  {
    code: "workers-too-few",
    says: /"new" has no worker that applies changes left/,
    request: online,
    target: { replication: { ...able, freeWorkers: 0 } },
  },
  {
    code: "prepared-transactions",
    says: /on host "new" keep a replication slot from beginning: 'x' in database y\./,
    request: online,
    target: { replication: { ...able, prepared: ["'x' in database y"] } },
  },
  {
    code: "slot-wal-limited",
    level: "warning",
    says: /"old" keeps at most 100 MB of WAL/,
    request: online,
    source: { replication: { ...able, slotWalLimit: 100 * MB } },
  },
  {
    code: "rights-missing",
    says: /of host "old" lacks the right for a role that reads the changes/,
    request: online,
    source: { replication: { ...able, mayReplicate: false } },
  },
  {
    code: "rights-missing",
    says: /of host "new" lacks the right for a subscription/,
    request: online,
    target: { replication: { ...able, maySubscribe: false } },
  },
  {
    code: "definitions-held",
    level: "warning",
    says: /columns of tables of old\/core_db\.public cannot be added/,
    request: renamed,
    source: { replication: able, followable: [followable("users")] },
    target: { replication: { ...able, facadesFree: false } },
  },
  {
    code: "definitions-held",
    level: "warning",
    says: /until the old home is retired, columns of tables of new\/erp\.core cannot be added/,
    request: renamed,
    source: { replication: able, followable: [followable("users")] },
    target: { replication: able },
  },
  {
    code: "facade-name-taken",
    says: /need a schema "core" in database "core_db", or "public" in "erp"/,
    request: renamed,
    source: { replication: { ...able, facadesFree: false } },
    target: { replication: { ...able, facadesFree: false } },
  },
  {
    code: "not-followed",
    level: "warning",
    says: /3\.0 MB cannot be followed and are copied under the fence: cache \(it is unlogged; 3\.0 MB\)\./,
    request: online,
    source: { followable: [followable("users"), followable("cache", { obstacle: "it is unlogged" })] },
  },
  {
    code: "not-followed",
    level: "warning",
    says: /users \(it has an identity column, on PostgreSQL 17, and its schema gets another name; 3\.0 MB\)/,
    request: renamed,
    source: { serverVersion: 17, followable: [followable("users", { identity: true })] },
    target: { serverVersion: 17, replication: able },
    dump: 17,
    beside: ["definitions-held"],
  },
  {
    code: "followed-without-key",
    level: "warning",
    says: /searched from end to end .*: notes \(3\.0 MB\)\./,
    request: online,
    source: {
      followable: [
        followable("users"),
        followable("notes", { key: [] }),
        followable("few", { key: [], bytes: 8192 }),
        followable("told", { key: [], replicaIdentity: "i" }),
      ],
    },
  },
  {
    code: "large-objects-compared",
    level: "warning",
    says: /2 large objects of old\/core_db\.public are compared under the fence/,
    request: online,
    source: { largeObjects: { mine: [1, 2], others: 0, shared: [] } },
  },
  {
    code: "name-too-long",
    says: /schema "é{32}" has 64 bytes; PostgreSQL keeps 63/,
    request: { to: { ...request.to, schema: "é".repeat(32) } },
  },
  {
    code: "reserved-name",
    says: /"pg_core" is a schema that PostgreSQL keeps/,
    request: { to: { ...request.to, schema: "pg_core" } },
  },
  {
    code: "reserved-trigger",
    says: /users\.rehome_fence/,
    source: { entries: [{ kind: "trigger", name: "users.rehome_fence", definition: "x" }] },
  },
  {
    code: "same-placement",
    says: /old\/core_db\.public and new\/core_db\.public are the same/,
    request: { to: { ...request.to, database: "core_db", schema: "public" } },
    target: { server: host("one") },
  },
  { code: "source-standby", says: /"old" is a standby/, source: { server: host("one", { standby: true }) } },
  {
    code: "source-read-only",
    says: /"old" are read-only/,
    source: { server: host("one", { readOnly: true, readOnlyFrom: "database" }) },
  },
  {
    code: "target-read-only",
    says: /"new" is a standby/,
    target: { server: host("two", { standby: true }) },
  },
  { code: "owner-missing", says: /"new" has no role "core_user"/, target: { ownerExists: false } },
  {
    code: "prepared-transactions",
    says: /'it''s' of core_user \(on users; orders\)/,
    source: {
      obstacles: {
        ...obstacles,
        prepared: [{ gid: "it's", owner: "core_user", tables: ["users", "orders"], reading: false }],
      },
    },
  },
  {
    code: "source-fenced",
    says: /users of old\/core_db\.public stands fenced since crm has moved to x\/y\.z/,
    source: { fences: [{ dataset: "crm", target: "x/y.z", sealed: true, tables: ["users"] }] },
  },
  {
    code: "connections-too-few",
    says: /"new" has room for 2 more sessions by the connection limit of the database; a move with 4 jobs has 9 open/,
    target: {
      server: host("two", {
        freeSessions: { "max_connections of the server": 3, "the connection limit of the database": 2 },
      }),
    },
    request: { options: { ...request.options, jobs: 4 } },
  },
  {
    code: "locks-too-few",
    says: /"new" has room for 100 locks; this move holds up to 173 at a time/,
    target: { server: host("two", { lockCapacity: 100 }) },
  },
  {
    code: "disk-short",
    says: /"new" has 70\.0 MB free for data and WAL; this move writes about 77\.5 MB/,
    target: { disk: { data: 70 * MB, wal: 70 * MB, shared: true } },
  },
  {
    code: "disk-short",
    level: "warning",
    says: /"new" has 11\.0 MB free for WAL; this move writes about 10\.0 MB, which leaves little/,
    target: { disk: { data: 90 * MB, wal: 11 * MB, shared: false } },
  },
  {
    code: "index-invalid",
    level: "warning",
    says: /i on users\./,
    source: {
      obstacles: {
        ...obstacles,
        invalidIndexes: [
          { name: "i", table: "users" },
          { name: "j", table: "not moving" },
        ],
      },
    },
  },
  {
    code: "tablespaces-not-carried",
    level: "warning",
    says: /users from fast\./,
    source: { relations: [{ ...relation("users"), tablespace: "fast" }, relation("orders")] },
  },
  { code: "pg-dump-older", says: /PostgreSQL 14.* of 15/, dump: 14 },
  {
    code: "online-part",
    says: /a part of .*mode: online/,
    request: { tables: ["a*"], options: { mode: "online", verify: "count" } },
  },
  { code: "pattern-matches-nothing", says: /"a\*"/, source: { scope: { ...scope, unmatched: ["a*"] } } },
  { code: "cut-foreign-key", says: /x needs y/, source: crossing("cut-foreign-key") },
  { code: "cut-view", says: /x needs y/, source: crossing("cut-view") },
  { code: "cut-inheritance", says: /x needs y/, source: crossing("cut-inheritance") },
  { code: "cut-sequence", says: /x needs y/, source: crossing("cut-sequence") },
  { code: "cut-code", says: /x needs y/, source: crossing("cut-code") },
  { code: "cut-reference", says: /x needs y/, source: crossing("cut-reference") },
  {
    code: "cut-type-copied",
    level: "warning",
    says: /type status/,
    source: { scope: { ...scope, objects: [{ ...type, shared: true }] } },
  },
  {
    code: "cut-unused-stays",
    level: "warning",
    says: /function f\(\)/,
    source: { scope: { ...scope, unused: ["function f()"] } },
  },
  {
    code: "cut-left-behind",
    level: "warning",
    says: /deals/,
    source: { scope: { ...scope, staying: ["deals"] } },
    target: { standing },
  },
  {
    code: "target-conflict",
    says: /type status is there.*differs/,
    source: { scope: { ...scope, objects: [{ ...type, shared: false }] } },
    target: {
      standing: {
        ...standing,
        objects: [type],
        entries: new Map([["pg_type 1", [{ kind: "type", name: "status", definition: "e 'new'" }]]]),
      },
    },
  },
  {
    code: "references-outward",
    says: /view other\.v0 on table/,
    source: { references: reference("outward") },
  },
  {
    code: "references-inward",
    says: /view other\.v4 on x; and 2 more/,
    source: { references: reference("inward", 7).map((r) => ({ ...r, on: "x" })) },
  },
  {
    code: "large-objects-clash",
    says: /OIDs as 2 of core: 7; 8\./,
    source: { largeObjects: { mine: [7, 8, 9], others: 0, shared: [] } },
    target: { largeObjects: new Set([8, 7, 10]) },
  },
  {
    code: "large-objects-shared",
    says: /both sides of the cut through old\/core_db\.public name the same large objects: 7\./,
    source: { scope, largeObjects: { mine: [7, 8], others: 0, shared: [7] } },
  },
  {
    code: "large-objects-left",
    level: "warning",
    says: /"core_db" holds 3 large objects/,
    source: { largeObjects: { mine: [1], others: 3, shared: [] } },
  },
  { code: "foreign-tables", says: /foreign tables: far/, source: { relations: [relation("far", "f")] } },
  {
    code: "code-unclear",
    says: /f\(x integer\).*line 1: 'TABLE public\.'/,
    source: { routines: [routine("EXECUTE 'TABLE public.' || t")] },
  },
  {
    code: "code-unread",
    level: "warning",
    says: /plpython3u/,
    source: { routines: [routine("x", "plpython3u")] },
  },
  {
    code: "code-unread",
    says: /plperl.*holds the text "public"/,
    source: { routines: [routine("spi_exec('TABLE Public.x')", "plperl")] },
  },
  {
    code: "code-dynamic",
    level: "warning",
    says: /f\(x integer\) makes names or SQL/,
    source: { routines: [routine("EXECUTE x")] },
  },
  {
    code: "text-unclear",
    says: /view\? line 1: 'public\.users'/,
    source: {
      entries: [
        { kind: "type", name: "mood", definition: "'public.users'" },
        { kind: "rule", name: "view?", definition: "SELECT f('public.users')" },
      ],
    },
  },
  {
    code: "way-back-unclear",
    level: "warning",
    says: /way back to "public".*: rule view\? line 1: 'core\.users'; function f\(x integer\)\.$/,
    source: {
      entries: [{ kind: "rule", name: "view?", definition: "SELECT f('core.users')" }],
      routines: [routine("SELECT nothing('core.' || x)", "sql")],
    },
  },
  {
    code: "event-triggers",
    level: "warning",
    says: /"core_db".*: audit/,
    source: { surroundings: { ...surroundings, eventTriggers: ["audit"] } },
  },
  {
    code: "publications",
    level: "warning",
    says: /: p1; p2/,
    source: { surroundings: { ...surroundings, publications: ["p1", "p2"] } },
  },
  {
    code: "extension-rows",
    level: "warning",
    says: /: postgis: public\.spatial_ref_sys/,
    source: { surroundings: { ...surroundings, extensionRows: ["postgis: public.spatial_ref_sys"] } },
  },
  {
    code: "search-path-elsewhere",
    level: "warning",
    says: /"public" on their search_path: role report/,
    source: { surroundings: { ...surroundings, paths: ["role report"] } },
  },
  {
    code: "rights-not-carried",
    level: "warning",
    says: /: report \(users; orders\); PUBLIC \(users\)\./,
    source: {
      surroundings: {
        ...surroundings,
        grants: [
          { grantee: "report", object: "users" },
          { grantee: "report", object: "orders" },
          { grantee: "PUBLIC", object: "users" },
        ],
      },
    },
  },
  {
    code: "rights-widened",
    level: "warning",
    says: /execute f\(\) in/,
    source: { surroundings: { ...surroundings, withheld: ["f()"] } },
  },
  {
    code: "policy-role-missing",
    says: /host "new".*: p on t names auditor\./,
    source: {
      surroundings: {
        ...surroundings,
        policyRoles: [
          { policy: "p on t", role: "auditor" },
          { policy: "q on t", role: "core_user" },
        ],
      },
    },
  },
  {
    code: "extension-version",
    level: "warning",
    says: /citext is of version 1\.6.*of 1\.5/,
    target: { extensionVersions: new Map([["citext", "1.5"]]) },
  },
  {
    code: "long-transactions",
    level: "warning",
    says: /pid 7/,
    source: { longTransactions: ["pid 7 of x, open for 90 s"] },
  },
  {
    code: "version-downward",
    level: "warning",
    says: /PostgreSQL 14.*15/,
    source: { versionFeatures: [{ since: 14, feature: "x", object: "t.x" }] },
    target: { serverVersion: 14 },
  },
  {
    code: "version-older",
    says: /PostgreSQL 14.* not know virtual generated columns \(t\.a; t\.b\), rules \(c\)\./,
    source: {
      versionFeatures: [
        { since: 18, feature: "virtual generated columns", object: "t.a" },
        { since: 18, feature: "virtual generated columns", object: "t.b" },
        { since: 16, feature: "rules", object: "c" },
        { since: 14, feature: "known", object: "d" },
      ],
    },
    target: { serverVersion: 14 },
  },
  {
    code: "encoding-mismatch",
    says: /kept in UTF8, the new home in LATIN1.* no form in LATIN1: notes\./,
    source: { text: { ...source.text, unfit: ["notes"] } },
    target: { text: { ...target.text, encoding: "LATIN1" } },
  },
  {
    code: "encoding-mismatch",
    says: /kept in SQL_ASCII.* is not UTF8: notes\./,
    source: { text: { ...source.text, encoding: "SQL_ASCII", unfit: ["notes"] } },
  },
  {
    code: "encoding-partitions",
    says: /UTF8 spreads otherwise than LATIN1: parts\./,
    source: { text: { ...source.text, encoding: "LATIN1", hashedByText: ["parts"] } },
  },
  {
    code: "encoding-unchecked",
    level: "warning",
    says: /SQL_ASCII/,
    target: { text: { ...target.text, encoding: "SQL_ASCII" } },
  },
  {
    code: "collation-missing",
    says: /no collation of these names: xx-x-icu\./,
    source: { text: { ...source.text, collations: [{ name: "xx-x-icu", sorts: "icu xx" }] } },
  },
  {
    code: "collation-differs",
    level: "warning",
    says: /the default: libc C there, icu de here; de-x-icu: icu de \(140\) there, icu de \(153\.1\) here/,
    source: { text: { ...source.text, collations: [{ name: "de-x-icu", sorts: "icu de (140)" }] } },
    target: { text: { ...target.text, collation: "icu de" } },
  },
  {
    code: "rights-missing",
    says: /"admin" of host "old" lacks the right for the journal's schema/,
    source: { rights: plain({ createSchemas: false }) },
  },
  {
    code: "rights-missing",
    says: /"admin" of host "new" lacks the right for acting as "core_user"/,
    target: { rights: plain({ owners: [{ name: "core_user", usable: false, grantable: false }] }) },
  },
  {
    code: "rights-missing",
    says: /of host "new" .* scratch database/,
    target: { rights: plain({ createDatabases: false }) },
  },
  {
    code: "rights-missing",
    says: /of host "old" .* forced row security of secret\./,
    source: { rights: plain({ bypassRowSecurity: false, forcedRowSecurity: ["secret"] }) },
  },
  {
    code: "rights-missing",
    says: /of host "new" .* forced row security of secret\./,
    source: { rights: { ...rights, forcedRowSecurity: ["secret"] } },
    target: { rights: plain({ bypassRowSecurity: false }) },
  },
  {
    code: "rights-missing",
    says: /cannot create the extensions citext, which need a superuser/,
    target: { rights: plain({ trustedExtensions: new Set() }) },
  },
  {
    code: "rights-missing",
    says: /cannot take extensions to other schemas.* citext from public\./,
    target: { rights: plain(), installedExtensions: new Map([["citext", "ext"]]) },
  },
  {
    code: "rights-sessions",
    level: "warning",
    says: /"admin" of host "old" cannot end/,
    source: { rights: plain({ signalSessions: false }) },
  },
  { code: "target-not-empty", says: /new\/erp\.core holds 2 objects/, target: { strangers: 2 } },
  { code: "extension-missing", says: /citext/, target: { availableExtensions: new Set() } },
  {
    code: "extension-fixed",
    says: /adminpack.*"public" to "ext"/,
    source: { extensions: [fixed] },
    target: {
      availableExtensions: new Set(["adminpack"]),
      installedExtensions: new Map([["adminpack", "ext"]]),
    },
  },
];

describe("preflight", () => {
  it("has a case here for every code", () => {
    const elsewhere = ["already-running", "extension-in-old-schema"]; // in tests of their own
    expect([...new Set([...cases.map(({ code }) => code), ...elsewhere])].sort()).toEqual([...FINDING_CODES]);
  });

  it("says one thing of a place that cannot be, whatever else is wrong with it", () => {
    const spoilt = { ...target, strangers: 7, server: source.server };
    const to = { ...request.to, database: "core_db", schema: "public" };
    const { findings } = makePlan({ ...request, to }, source, spoilt, 14);
    expect(findings.map(({ code }) => code)).toEqual(["same-placement"]);
  });

  it("counts the sessions of both ends together where one server has both", () => {
    const room = (free: number) => host("one", { freeSessions: { "max_connections of the server": free } });
    const options = { ...request.options, jobs: 3 };
    const said = (free: number) =>
      makePlan(
        { ...request, options },
        { ...source, server: room(free) },
        { ...target, server: room(free) },
        15,
      ).findings.map(({ message }) => message);
    expect(said(11)).toEqual([]);
    expect(said(10)).toEqual([expect.stringContaining("room for 10 more sessions")]);
  });

  it("finds nothing of a home that can be followed under its own name", () => {
    const plan = makePlan(
      { ...request, ...online },
      { ...source, replication: able, followable: [followable("users"), followable("orders")] },
      { ...target, replication: able },
      15,
    );
    expect(plan).toMatchObject({ strategy: "follow", findings: [], fenceSeconds: 1 });
    expect(formatPlan(plan)).toMatch(/proof +all rows compared before the fence while clients write/);
  });

  it("asks for the rights of a replica only where one is played", () => {
    const lacking = { ...able, mayActAsReplica: false };
    const codes = (change: Partial<MoveRequest>, tables: FollowableTable[]): string[] =>
      makePlan(
        { ...request, ...change },
        { ...source, replication: lacking, followable: tables },
        { ...target, replication: lacking },
        15,
      ).findings.map(({ code }) => code);
    expect(codes(online, [followable("users")])).toEqual([]);
    const twice = ["rights-missing", "rights-missing"];
    expect(codes(renamed, [followable("users")])).toEqual([...twice, "definitions-held"]);
    const unlogged = followable("cache", { obstacle: "it is unlogged" });
    expect(codes(online, [unlogged])).toEqual([...twice, "not-followed"]);
  });

  it("leaves alone what a strategy does not do", () => {
    const tight = { lockCapacity: 4, freeSessions: { "max_connections of the server": 5 } };
    const ends = {
      request,
      source: {
        ...source,
        server: host("one", tight),
        obstacles: { ...obstacles, invalidIndexes: [{ name: "i", table: "users" }] },
        relations: [{ ...relation("users"), tablespace: "fast" }],
      },
      target: { ...target, server: host("one", tight), disk: { data: 0, wal: 0, shared: true } },
      dumpVersion: 15,
    };
    expect(preflight({ ...ends, strategy: "set-schema" })).toEqual([]);
    const codes = preflight({ ...ends, strategy: "template" }).map(({ code }) => code);
    expect(codes).toEqual(["connections-too-few", "disk-short"]);
  });

  it("finds nothing where nothing is wrong", () => {
    expect(preflight({ request, strategy: "copy", source, target, dumpVersion: 15 })).toEqual([]);
    expect(preflight({ request, strategy: "copy", source, target: undefined, dumpVersion: 15 })).toEqual([]);
  });

  it.each(cases)("$code", ({ code, level = "blocker", says, dump = 15, beside = [], ...change }) => {
    const plan = makePlan(
      { ...request, ...change.request },
      { ...source, ...change.source },
      { ...target, ...change.target },
      dump,
    );
    expect(plan.findings.map((finding) => [finding.code, finding.level])).toEqual([
      [code, level],
      ...beside.map((other) => [other, "warning"]),
    ]);
    const [finding] = plan.findings;
    expect(finding?.message).toMatch(says);
    expect(finding?.remedy).toMatch(/^[A-Z].*\.$/);
    const title = level === "warning" ? "warning" : "BLOCKER";
    expect(formatPlan(plan)).toContain(
      `\n  ${title}   ${finding?.message}\n            ${finding?.remedy} [${code}]`,
    );
    if (level === "warning") expect(() => refuseBlocked(plan)).not.toThrow();
    else expect(() => refuseBlocked(plan)).toThrow(new RegExp(`core cannot move.*\\[${code}\\]`, "s"));
  });

  it.each([
    ["nothing where an administrator has all that it takes", {}],
    [
      "nothing where it may make itself a member",
      { owners: [{ name: "u", usable: false, grantable: true }] },
    ],
    [
      "nothing of extensions where a cloud allows them",
      { trustedExtensions: new Set<string>(), managed: true },
    ],
  ])("finds %s", (_, change) => {
    const both = { rights: plain(change) };
    const ends = { request, source: { ...source, ...both }, target: { ...target, ...both } };
    expect(makePlan(ends.request, ends.source, ends.target, 15).findings).toEqual([]);
  });

  it.each([
    [15, "u", 'Run GRANT "u" TO "admin" there as one who may.'],
    [16, "u", 'Run GRANT "u" TO "admin" WITH INHERIT TRUE, SET TRUE there as one who may.'],
    [16, "pg_database_owner", 'Run ALTER DATABASE "core_db" OWNER TO "admin" there as one who may.'],
  ])("names what to run on %i for %s", (version, name, remedy) => {
    const owners = [{ name, usable: false, grantable: false }];
    const plan = makePlan(request, { ...source, rights: plain({ version, owners }) }, target, 15);
    expect(plan.findings.map((finding) => finding.remedy)).toEqual([remedy]);
  });

  it("prints blockers before warnings, and a remedy once", () => {
    const routines = ["a", "b"].map((name) => ({
      ...routine("EXECUTE 'TABLE public.' || t"),
      signature: name,
    }));
    const plan = makePlan(
      request,
      { ...source, longTransactions: ["pid 7"], routines, obstacles: { ...obstacles, running: true } },
      { ...target, strangers: 1 },
      15,
    );
    const lines = formatPlan(plan).split("\n");
    const codes = lines.flatMap((line) => /\[([a-z-]+)\]$/.exec(line)?.[1] ?? []);
    expect(codes).toEqual(["code-unclear", "target-not-empty", "already-running", "long-transactions"]);
    const first = lines.findIndex((line) => line.startsWith("  BLOCKER"));
    expect(lines.slice(first, first + 2)).toEqual([
      expect.stringMatching(/^ {2}BLOCKER {3}function a may/),
      expect.stringMatching(/^ {12}function b may/),
    ]);
  });

  it("says how much disk it takes, and whether there is room", () => {
    const text = (change: Partial<TargetInspection>, to = request.to) =>
      formatPlan(makePlan({ ...request, to }, source, { ...target, ...change }, 15));
    expect(text({})).toMatch(/disk +about 77\.5 MB in the new home; how much is free there is not known$/m);
    const disk = { data: 900 * MB, wal: 900 * MB, shared: true };
    expect(text({ disk })).toMatch(/disk +about 77\.5 MB in the new home; 900 MB are free$/m);
    // Held back, WAL is as much as the data; what the former copy takes is given back first.
    const held = { server: host("two", { walHeld: true }), disk: { data: 130 * MB, wal: 1, shared: true } };
    expect(text({ ...held, reclaimable: 50 * MB })).not.toContain("disk-short");
    expect(text(held)).toMatch(/135 MB.*\n.*\[disk-short\]/);
    expect(text({}, { ...request.to, server, database: "core_db" })).not.toContain("disk ");
  });

  it("an owner that the stack declares may be still to come, in a preview", () => {
    const missing = { ...target, ownerExists: false };
    expect(makePlan({ ...request, ownerToCome: true }, source, missing, 15).findings).toEqual([]);
  });

  it.each([
    ["database", /ALTER DATABASE "core_db" RESET default_transaction_read_only/],
    ["user", /ALTER ROLE "admin" RESET/],
    ["database user", /ALTER ROLE "admin" IN DATABASE "core_db" RESET/],
    ["configuration file", /configuration \(it is set by: configuration file\)/],
  ])("says how read-only sessions end that the %s is the reason of", (readOnlyFrom, remedy) => {
    const plan = makePlan(
      request,
      { ...source, server: host("one", { readOnly: true, readOnlyFrom }) },
      target,
      15,
    );
    expect(plan.findings[0]?.remedy).toMatch(remedy);
  });

  it("tells all at once", () => {
    const plan = makePlan(
      request,
      { ...source, largeObjects: { mine: [1], others: 0, shared: [] } },
      { ...target, strangers: 1, largeObjects: new Set([1]) },
      15,
    );
    expect(() => refuseBlocked(plan)).toThrow(/large-objects-clash.*target-not-empty/s);
  });

  it.each([
    ["what is installed already stays", new Map([["citext", "ext"]]), "public", "ext"],
    ["an extension of the moving schema goes to public", new Map<string, string>(), "public", "public"],
    ["others keep their schema", new Map<string, string>(), "ext", "ext"],
  ])("%s", (_, installedExtensions, schema, home) => {
    expect(extensionHome({ name: "citext", schema }, request, { ...target, installedExtensions })).toBe(home);
  });

  it("does not mind code that names the schema when the name stays", () => {
    const same = { ...request, to: { ...request.to, schema: "public" } };
    expect(
      preflight({
        request: same,
        strategy: "copy",
        source: { ...source, routines: [routine("EXECUTE 'TABLE public.' || t")] },
        target,
        dumpVersion: 15,
      }),
    ).toEqual([]);
  });
});

describe("a plan", () => {
  it("counts what moves, and prints it in a few lines without a secret", () => {
    const plan = makePlan(request, source, target, 15);
    expect(plan).toMatchObject({
      strategy: "copy",
      because: "to another server",
      tables: 2,
      rows: 12_310,
      bytes: 45_001_000,
      objects: { index: 1, function: 2, view: 1 },
      fingerprint: "abc",
      fenceSeconds: 3,
    });
    const text = formatPlan(plan);
    expect(text).toMatch(/^core: old\/core_db\.public → new\/erp\.core$/m);
    expect(text).toMatch(/data +2 tables, ~12,310 rows, 45\.0 MB$/m);
    expect(text).toMatch(/objects +1 index, 1 view, 2 functions$/m);
    expect(text).toMatch(/fence +about 3 s/);
    expect(JSON.stringify(plan) + text).not.toContain("s3cret-pass");
  });

  it("reckons by what has been measured, where there is such a figure, and says so", () => {
    const slow = { ...target, rates: { copy: 1_500_000, template: 9e9 } };
    const plan = makePlan(request, source, slow, 15);
    expect(plan).toMatchObject({ fenceSeconds: 32, measuredRate: 1_500_000 });
    expect(formatPlan(plan)).toMatch(
      /fence +about 32 s, .* cannot write; by the 1\.5 MB\/s of the last moves into this database$/m,
    );
  });
});
