import { beforeAll, describe, expect, it } from "vitest";
import { loadGrammar } from "../../migration/src/ddl/grammar";
import { comparable, withoutQualifiers } from "../../migration/src/inspect/across-versions";

beforeAll(loadGrammar);

describe("a view's query as two versions print it", () => {
  it.each([
    [
      "SELECT spenders.mail FROM spenders WHERE spenders.spent > 0;",
      "SELECT mail FROM spenders WHERE spent > 0;",
    ],
    ["SELECT p.id FROM people p\n ORDER BY p.id", "SELECT id FROM people p ORDER BY id"],
    [
      "SELECT p.id, (SELECT sum(o.t) FROM orders o WHERE o.p = p.id) AS s FROM people p",
      "SELECT id, (SELECT sum(o.t) FROM orders o WHERE o.p = p.id) AS s FROM people p",
    ],
    ["SELECT s.a FROM (SELECT 1 AS a) s", "SELECT a FROM (SELECT 1 AS a) s"],
  ])("is the same: %s", (old, now) => {
    expect(withoutQualifiers(old)).toBe(withoutQualifiers(now));
  });

  it.each([
    ["SELECT p.id FROM people p", "SELECT p.mail FROM people p"],
    ["SELECT p.id FROM people p, orders o", "SELECT o.id FROM people p, orders o"],
    ["SELECT id FROM people WHERE mail IS NOT NULL", "SELECT id FROM people WHERE mail::text IS NOT NULL"],
    ["SELECT id FROM people", "SELECT id FROM persons"],
  ])("differs where it means something else: %s", (one, other) => {
    expect(withoutQualifiers(one)).not.toBe(withoutQualifiers(other));
  });
});

it("leaves entries as they are within one version, and drops what the older one has no word for", () => {
  const entries = [
    { kind: "query", name: "v", definition: "SELECT v.a FROM v" },
    { kind: "not-null", name: "t.a_not_null", definition: "NOT NULL a true" },
    { kind: "column", name: "t.a", definition: "1 integer" },
  ];
  expect(comparable(entries, { source: 15, target: 15 })).toEqual(entries);
  expect(comparable(entries, { source: 18, target: 18 })).toEqual(entries);
  const kinds = (source: number, target: number): string[] =>
    comparable(entries, { source, target }).map((entry) => entry.kind);
  expect(kinds(17, 18)).toEqual(["query", "column"]);
  expect(kinds(18, 15)).toEqual(["query", "column"]);
  expect(kinds(18, 19)).toEqual(["query", "not-null", "column"]);
});
