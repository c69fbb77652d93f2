import { rights, surroundings } from "./inspections";
import {
  relation,
  plain,
  source,
  target,
  routine,
  reference,
  scope,
  fixed,
  type Case,
} from "./preflight-ends";

/** What of a schema may not come along, or not as it is. */
export const CONTENT: readonly Case[] = [
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
    code: "subscriptions",
    says: /through subscriptions.*: feed into users\./,
    source: { surroundings: { ...surroundings, subscriptions: ["feed into users"] } },
  },
  {
    code: "row-security-lifted",
    says: /binds "core_user".*: users\./,
    source: { surroundings: { ...surroundings, bound: ["users"] } },
  },
  {
    code: "definer-changed",
    level: "warning",
    says: /than "core_user".*: f\(\) as admin\./,
    source: { surroundings: { ...surroundings, definers: ["f() as admin"] } },
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
    code: "settings-not-carried",
    level: "warning",
    says: /: work_mem of role core_user\./,
    source: {
      surroundings: {
        ...surroundings,
        settings: [
          { name: "work_mem", of: "role core_user", everywhere: true },
          { name: "lock_timeout", of: "the database", everywhere: false },
        ],
      },
    },
    request: { settings: ["lock_timeout"] },
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
    code: "access-method-missing",
    says: /does not have: log by columnar; old by columnar\./,
    source: {
      relations: [
        { ...relation("log"), accessMethod: { name: "columnar", extension: null } },
        { ...relation("old"), accessMethod: { name: "columnar", extension: "citext" } },
      ],
    },
    target: { installedExtensions: new Map([["citext", "public"]]) },
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
    target: { rights: plain(), trustedExtensions: new Set() },
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
  { code: "target-not-empty", says: /new\/erp\.core holds 2 objects that no/, target: { strangers: 2 } },
  {
    code: "target-not-empty",
    says: /new\/erp\.core holds 2 objects, and .* came there from old\/a\.b\.$/,
    target: { strangers: 2, cameFrom: "old/a.b" },
  },
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
