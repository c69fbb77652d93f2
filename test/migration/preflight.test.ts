import { formatPlan, type MoveRequest } from "@rehome/migration";
import { beforeAll, describe, expect, it } from "vitest";
import { loadGrammar } from "../../migration/src/ddl/rename-code";
import type { Relation } from "../../migration/src/inspect/relations";
import type { SchemaInspection } from "../../migration/src/inspect/schema";
import type { Crossing, Scope } from "../../migration/src/scope/scope";
import type { Standing } from "../../migration/src/scope/standing";
import { makePlan, refuseBlocked } from "../../migration/src/plan/plan";
import type { TargetInspection } from "../../migration/src/plan/finding";
import { preflight } from "../../migration/src/plan/preflight";
import { extensionHome } from "../../migration/src/plan/renaming";

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
  rows,
  populated: true,
  columns: ["id"],
  allColumns: ["id"],
  binary: true,
});
const source: SchemaInspection = {
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
  largeObjects: 0,
  longTransactions: [],
  routines: [],
  extensionMembers: new Set(["citext"]),
};
const target: TargetInspection = {
  serverVersion: 15,
  availableExtensions: new Set(["citext"]),
  installedExtensions: new Map(),
  strangers: 0,
  ownerExists: true,
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
const fixed = { name: "adminpack", schema: "public", version: "2", relocatable: false };

interface Case {
  readonly code: string;
  readonly level?: "warning";
  readonly says: RegExp;
  readonly source?: Partial<SchemaInspection>;
  readonly target?: Partial<TargetInspection>;
  readonly request?: Partial<MoveRequest>;
  /** The version of `pg_dump` at hand. */
  readonly dump?: number;
}
const cases: Case[] = [
  { code: "pg-dump-older", says: /PostgreSQL 14.* of 15/, dump: 14 },
  { code: "mode-online", says: /mode: online/, request: { options: { mode: "online", verify: "count" } } },
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
  { code: "large-objects", says: /holds 3 large objects/, source: { largeObjects: 3 } },
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
    code: "long-transactions",
    level: "warning",
    says: /pid 7/,
    source: { longTransactions: ["pid 7 of x, open for 90 s"] },
  },
  { code: "version-older", says: /PostgreSQL 14.*15/, target: { serverVersion: 14 } },
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
  it("finds nothing where nothing is wrong", () => {
    expect(preflight({ request, source, target, dumpVersion: 15 })).toEqual([]);
    expect(preflight({ request, source, target: undefined, dumpVersion: 15 })).toEqual([]);
  });

  it.each(cases)("$code", ({ code, level = "blocker", says, dump = 15, ...change }) => {
    const plan = makePlan(
      { ...request, ...change.request },
      { ...source, ...change.source },
      { ...target, ...change.target },
      dump,
    );
    expect(plan.findings.map((finding) => [finding.code, finding.level])).toEqual([[code, level]]);
    const [finding] = plan.findings;
    expect(finding?.message).toMatch(says);
    expect(finding?.remedy).toMatch(/^[A-Z].*\.$/);
    expect(formatPlan(plan)).toContain(`${finding?.message} ${finding?.remedy} [${code}]`);
    if (level === "warning") expect(() => refuseBlocked(plan)).not.toThrow();
    else expect(() => refuseBlocked(plan)).toThrow(new RegExp(`core cannot move.*\\[${code}\\]`, "s"));
  });

  it("tells all at once", () => {
    const plan = makePlan(request, { ...source, largeObjects: 1 }, { ...target, strangers: 1 }, 15);
    expect(() => refuseBlocked(plan)).toThrow(/large-objects.*target-not-empty/s);
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
});
