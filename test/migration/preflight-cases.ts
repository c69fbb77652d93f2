import { MB, host, obstacles } from "./inspections";
import { request, relation, scope, standing, crossing, type, type Case } from "./preflight-ends";

/** What may be wrong with the request and the two servers. */
export const PLACES: readonly Case[] = [
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
];

/** What a part of a schema may be tied to. */
export const PARTS: readonly Case[] = [
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
    code: "cut-left-behind",
    level: "warning",
    says: /stay in old\/core_db\.public: audit; deals\.$/,
    source: { scope: { ...scope, staying: ["deals", "activities", "audit"] } },
    request: { others: ["activit*"] },
  },
  {
    code: "tenants-not-listed",
    level: "warning",
    says: /database "core_db" on host "old" .*\("t_\*"\), .*: t_three\.$/,
    source: { schemas: ["shared", "t_one", "t_one_crm", "t_three"] },
    request: { tenants: { pattern: "t_*", known: ["t_one", "t_*_crm"] } },
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
];
