import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { formatPlan, type MoveRequest } from "@rehome/migration";
import { loadGrammar } from "../../migration/src/ddl/grammar";
import type { Relation } from "../../migration/src/inspect/relations";
import { makePlan, refuseBlocked } from "../../migration/src/plan/plan";
import type { SourceInspection, TargetInspection } from "../../migration/src/plan/finding";
import { inspected, reached } from "./inspections";
import { HOSTILE } from "./hostile-schema";

beforeAll(loadGrammar);

const SECRET = `s3cret ' " \\ %41 pass`;
const name = fc.oneof(
  fc.constantFrom("core", "public", ...HOSTILE),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }),
);
const count = fc.oneof(fc.nat(20), fc.nat());
const names = fc.uniqueArray(name, { maxLength: 6 });
const version = fc.integer({ min: 12, max: 19 });

const relation: fc.Arbitrary<Relation> = fc.record({
  ...{
    oid: count,
    name,
    kind: fc.constantFrom("r", "p", "v", "m", "S", "f", "c"),
    bytes: count,
    rows: count,
  },
  ...{ populated: fc.boolean(), columns: names, allColumns: names, binary: fc.boolean() },
  ...{ indexBytes: count, tablespace: fc.option(name), sorted: fc.constant([]), hashed: fc.constant([]) },
});
const code = fc.oneof(
  fc.constant(
    `EXECUTE 'DROP TABLE core.x'; PERFORM dblink('password=${SECRET.replaceAll("'", "''")}', 'public.x')`,
  ),
  fc.string({ unit: "grapheme" }),
  fc
    .tuple(name, name)
    .map(
      ([schema, table]) => `SELECT * FROM "${schema.replaceAll('"', '""')}"."${table.replaceAll('"', '""')}"`,
    ),
  name,
);
const database = fc.record({
  locale: fc.constantFrom("UTF8 C", "LATIN1 C"),
  others: names,
  replaceable: fc.boolean(),
});
const source: fc.Arbitrary<SourceInspection> = fc
  .record({
    ...{ serverVersion: version, relations: fc.array(relation, { maxLength: 8 }), database },
    extensions: fc.array(fc.record({ name, schema: name, version: name, relocatable: fc.boolean() }), {
      maxLength: 3,
    }),
    references: fc.array(
      fc.record({
        object: name,
        on: name,
        direction: fc.constantFrom("outward" as const, "inward" as const),
        row: name,
      }),
      { maxLength: 7 },
    ),
    entries: fc.array(
      fc.record({ kind: fc.constantFrom("index", "function", "type", "policy"), name, definition: name }),
      { maxLength: 8 },
    ),
    ...{ fingerprint: fc.constant("abc"), longTransactions: names },
    largeObjects: fc.record({
      mine: fc.uniqueArray(fc.nat(9)),
      others: fc.nat(3),
      shared: fc.uniqueArray(fc.nat(9)),
    }),
    routines: fc.array(
      fc.record({
        row: name,
        signature: name,
        language: fc.constantFrom("sql", "plpgsql", "plperl"),
        body: code,
      }),
      { maxLength: 4 },
    ),
    extensionMembers: names.map((all) => new Set(all)),
  })
  .map((facts) => inspected(facts));
const target: fc.Arbitrary<TargetInspection | undefined> = fc.option(
  fc
    .record({
      ...{
        serverVersion: version,
        availableExtensions: names.map((all) => new Set(all)),
        trustedExtensions: names.map((all) => new Set(all)),
        strangers: fc.nat(3),
      },
      installedExtensions: fc.array(fc.tuple(name, name)).map((all) => new Map(all)),
      ...{ ownerExists: fc.boolean(), database },
    })
    .map((facts) => reached(facts)),
  { nil: undefined },
);
const end = fc.record({
  ...{ host: name, database: name, schema: name, owner: name, ownDatabase: fc.boolean() },
  server: fc.record({
    host: fc.constantFrom("db", "10.0.0.1"),
    port: fc.constantFrom(5432, 5433),
    user: name,
    password: fc.constant(SECRET),
  }),
});
const request: fc.Arbitrary<MoveRequest> = fc
  .record({
    ...{ dataset: name, from: end, to: end, tables: fc.option(names, { nil: undefined }) },
    options: fc.record({
      mode: fc.constantFrom("offline" as const, "online" as const),
      verify: fc.constantFrom("checksum" as const, "count" as const),
    }),
  })
  .map(({ tables, ...rest }) => ({ ...rest, ...(tables && { tables }) }));
const given = fc.tuple(request, source, target, version);

/** Keeps a value, and all within it, from being changed. Sets and maps are compared afterwards. */
const frozen = <T>(value: T): T => {
  if (typeof value === "object" && value !== null) {
    Object.values(value).forEach(frozen);
    Object.freeze(value);
  }
  return value;
};

describe("whatever is found at the two ends, a plan", () => {
  it("is made, the same each time, from what it must not change", () => {
    fc.assert(
      fc.property(given, ([move, at, to, dump]) => {
        const [kept, keptTo] = [structuredClone(at), structuredClone(to)];
        const plan = makePlan(frozen(move), frozen(at), frozen(to), dump);
        expect(makePlan(move, at, to, dump)).toEqual(plan);
        expect([at, to]).toEqual([kept, keptTo]);
        expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
        expect(plan.fenceSeconds).toBeGreaterThan(0);
        expect(plan.tables).toBe(at.relations.filter(({ kind }) => kind === "r").length);
      }),
      { numRuns: 500 },
    );
  });

  it("holds no secret, nor does the text of it or its refusal", () => {
    fc.assert(
      fc.property(given, ([move, at, to, dump]) => {
        const plan = makePlan(move, at, to, dump);
        const texts = [JSON.stringify(plan), formatPlan(plan), refusal(plan)?.message ?? ""];
        for (const text of texts) {
          expect(text).not.toContain(SECRET);
          expect(text).not.toContain(JSON.stringify(SECRET).slice(1, -1));
          expect(text).not.toContain("s3cret");
        }
      }),
      { numRuns: 500 },
    );
  });

  it("is refused when, and only when, it has a blocker; each is said with its remedy and code", () => {
    fc.assert(
      fc.property(given, ([move, at, to, dump]) => {
        const plan = makePlan(move, at, to, dump);
        const blockers = plan.findings.filter(({ level }) => level === "blocker");
        const refused = refusal(plan);
        expect(refused?.code).toBe(blockers.length === 0 ? undefined : "blocked");
        for (const finding of plan.findings) {
          expect(finding.code).toMatch(/^[a-z]+(-[a-z]+)*$/);
          expect(finding.message.trim()).not.toBe("");
          expect(finding.remedy.trim()).not.toBe("");
          expect(formatPlan(plan)).toContain(`[${finding.code}]`);
        }
        for (const { code: said, message } of blockers) {
          expect(refused?.message).toContain(message);
          expect(refused?.message).toContain(`[${said}]`);
        }
      }),
      { numRuns: 500 },
    );
  });
});

const refusal = (plan: ReturnType<typeof makePlan>): { code: string; message: string } | undefined => {
  try {
    refuseBlocked(plan);
    return undefined;
  } catch (error) {
    return error as { code: string; message: string };
  }
};
