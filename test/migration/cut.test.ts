import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { loadGrammar } from "../../migration/src/ddl/grammar";
import { namesInCode } from "../../migration/src/scope/code-names";
import { cut } from "../../migration/src/scope/cut";
import { matcher } from "../../migration/src/scope/match";
import { isRelation, type Link, type SchemaGraph, type SchemaObject } from "../../migration/src/scope/scope";
import { patternsMeet } from "../../topology/src/patterns";

beforeAll(loadGrammar);

describe("the tables that code names", () => {
  const tables = (code: string): string[] =>
    namesInCode(code)
      .filter(({ as }) => as === "relation" || as === "row-type" || as === "any")
      .map(({ schema, name, line }) => `${schema === undefined ? "" : `${schema}.`}${name}:${line}`);

  it.each([
    ["SELECT a.x FROM a JOIN b ON a.id = b.id", ["a.x:1", "a:1", "b:1", "a.id:1", "b.id:1"]],
    ["SELECT 1 FROM a,\n b AS x, (SELECT 2 FROM c) y", ["a:1", "b:2", "c:2"]],
    ["SELECT extract(day FROM a), trim(both FROM b), x IS DISTINCT FROM c", []],
    ["SELECT substring((SELECT v FROM a) FROM b)", ["a:1"]],
    ["WITH a AS (SELECT 1), b(x) AS MATERIALIZED (SELECT 2) SELECT * FROM a, b, c", ["c:1"]],
    ["INSERT INTO a (x) SELECT y INTO b FROM c", ["a:1", "c:1"]],
    ["INSERT INTO a VALUES (1) ON CONFLICT DO UPDATE SET x = 1", ["a:1"]],
    ["UPDATE a SET x = b.y FROM b WHERE c IN (d, e)", ["a:1", "b.y:1", "b:1"]],
    ["SELECT 1 FROM a FOR UPDATE OF b", ["a:1"]],
    ["DELETE FROM ONLY a USING b", ["a:1", "b:1"]],
    ["TRUNCATE a, b; LOCK TABLE c; DROP TABLE IF EXISTS d", ["a:1", "b:1", "c:1", "if:1", "d:1"]],
    ['SELECT * FROM "A b" -- FROM c', ["A b:1"]],
    ["SELECT 'FROM a' FROM b", ["b:1"]],
    ["SELECT generate(1) FROM series(1) s", []],
    ["DECLARE r a%ROWTYPE; v b.id%TYPE; w c; BEGIN w := d; END", ["a:1", "b.id:1", "b:1", "c:1"]],
    ["SELECT jsonb_populate_record(NULL::a, x)", ["a:1"]],
    ["SELECT nextval('a_seq'), 's.b'::regclass, 'c'", ["a_seq:1", "s.b:1", "regclass:1"]],
    ["BEGIN\nEXECUTE 'DELETE FROM a WHERE x = ''y''';\nRAISE NOTICE 'gone from b';\nEND", ["a:2"]],
    ["EXECUTE $q$ SELECT 1 FROM a $q$ || ' JOIN ' || x", ["a:1"]],
    ["SELECT é FROM ü", ["ü:1"]],
  ])("%s", (code, expected) => {
    expect(tables(code)).toEqual(expected);
  });

  it("and calls, which are none", () => {
    expect(namesInCode("PERFORM f(x); SELECT s.g(1)").filter(({ as }) => as !== "word")).toEqual([
      { name: "f", as: "routine", line: 1 },
      { schema: "s", name: "g", as: "any", line: 1 },
    ]);
  });
});

describe("patterns", () => {
  it.each([
    ["contact_*", "contact_log", true],
    ["contact_*", "contacts", false],
    ["c?t", "cat", true],
    ["c?t", "coat", false],
    ["a.b", "axb", false],
    ["a-b(c)[d]", "a-b(c)[d]", true],
    ["*", "line\nbreak", true],
    ["?", "😀", true],
  ])("%s and %s: %s", (pattern, name, matches) => {
    expect(matcher(pattern)(name)).toBe(matches);
  });

  it("that the stack file takes for apart never match one name", () => {
    const text = (letters: string) =>
      fc.array(fc.constantFrom(...letters), { maxLength: 6 }).map((all) => all.join(""));
    fc.assert(
      fc.property(text("ab*?"), text("ab*?"), text("ab"), (one, other, name) => {
        if (matcher(one)(name) && matcher(other)(name)) expect(patternsMeet(one, other)).toBe(true);
      }),
    );
  });
});

const KINDS = ["r", "r", "r", "v", "S", "type", "function"] as const;
const graphs: fc.Arbitrary<SchemaGraph> = fc
  .tuple(
    fc.array(fc.constantFrom(...KINDS), { minLength: 1, maxLength: 9 }),
    fc.array(fc.tuple(fc.nat(8), fc.nat(8)), { maxLength: 14 }),
  )
  .map(([kinds, pairs]) => {
    const objects = kinds.map((kind, at): SchemaObject => {
      const relkind = kind.length === 1 ? { relkind: kind } : {};
      const [key, name] = [`k${at}`, `${at % 2 === 0 ? "in" : "out"}_${at}`];
      return { key, kind, name, identity: `${kind} ${name}`, ...relkind };
    });
    const links = pairs.flatMap(([from, to]): Link[] => {
      const [one, other] = [objects[from], objects[to]];
      // Nothing but a sequence's owner is needed by it; a table needs no view.
      if (one === undefined || other === undefined || one === other || one.kind === "S") return [];
      if (other.kind === "v" && one.kind === "r") return [];
      const kind =
        one.kind === "v"
          ? "view"
          : other.kind === "S"
            ? "sequence"
            : one.kind === "r"
              ? "foreign-key"
              : "code";
      return [{ from: one.key, to: other.key, kind, what: one.name }];
    });
    return { schema: "s", objects, links, belongs: new Map() };
  });

describe("a cut without crossings", () => {
  const clean = (graph: SchemaGraph) => {
    const scope = cut(graph, ["in_*"]);
    return scope.crossings.length === 0 ? scope : undefined;
  };

  it("takes along everything that its objects need", () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const scope = clean(graph);
        const keys = new Set(scope?.objects.map(({ key }) => key));
        for (const { from, to } of graph.links) if (keys.has(from)) expect(keys).toContain(to);
      }),
    );
  });

  it("takes nothing away that what stays needs", () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const scope = clean(graph);
        const gone = new Set(scope?.objects.filter(({ shared }) => !shared).map(({ key }) => key));
        for (const { from, to } of graph.links) if (gone.has(to)) expect(gone).toContain(from);
      }),
    );
  });

  it("takes every table that matches and no other, and shares no relation", () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const scope = cut(graph, ["in_*"]);
        const tables = scope.objects.filter(({ relkind }) => relkind === "r").map(({ name }) => name);
        expect(tables).toEqual(
          graph.objects
            .filter(({ relkind, name }) => relkind === "r" && name.startsWith("in_"))
            .map(({ name }) => name),
        );
        expect(scope.objects.filter((object) => isRelation(object) && object.shared)).toEqual([]);
      }),
    );
  });
});
