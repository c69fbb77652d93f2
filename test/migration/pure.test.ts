import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { loadGrammar } from "../../migration/src/ddl/grammar";
import { renameInCode, type Renaming } from "../../migration/src/ddl/rename-code";
import { settingValue, splitIdentifiers } from "../../migration/src/sql/settings";
import {
  isFence,
  isScaffolding,
  lateRelations,
  phaseOf,
  splitStatements,
} from "../../migration/src/ddl/statements";
import { differences, fingerprint } from "../../migration/src/inspect/fingerprint";
import { formatBytes, formatDuration } from "../../migration/src/plan/units";
import { ident, literal } from "../../migration/src/sql/quote";

beforeAll(loadGrammar);

const renaming: Renaming = {
  from: "public",
  to: "core",
  moving: new Set(["users", "orders_id_seq"]),
  staying: new Set(["crypt"]),
  extensionSchema: "public",
};

describe("code whose schema is renamed", () => {
  it.each([
    ["SELECT * FROM public.users", 'SELECT * FROM "core".users'],
    ['SELECT * FROM "public"."users"', 'SELECT * FROM "core"."users"'],
    ["SELECT 'in public.users we trust' -- public.users", "unclear"],
    ["SELECT 1 -- of public.users", "SELECT 1 -- of public.users"],
    ["SELECT public.crypt('a', 'b')", "SELECT public.crypt('a', 'b')"],
    ["SELECT nextval('public.orders_id_seq')", `SELECT nextval('"core".orders_id_seq')`],
    ["SELECT 'public.users'::regclass", `SELECT '"core".users'::regclass`],
    ["SELECT * FROM t WHERE visibility = 'public'", "SELECT * FROM t WHERE visibility = 'public'"],
    ["SET search_path = public, pg_temp", 'SET search_path = "core", "public", pg_temp'],
    ["SELECT set_config('search_path', 'public', true)", "unclear"],
    ["SELECT public.id FROM users public", "SELECT public.id FROM users public"],
    ["SELECT * FROM public.nobody_knows", "unclear"],
    ["EXECUTE 'TRUNCATE public.' || t", "unclear"],
    ["SELECT é, '…' FROM public.users", "SELECT é, '…' FROM \"core\".users"],
  ])("%s", (code, expected) => {
    const { text, unclear } = renameInCode(code, renaming);
    if (expected === "unclear") expect(unclear).toHaveLength(1);
    else expect({ text, unclear }).toEqual({ text: expected, unclear: [] });
  });

  it("names the line of what is unclear", () => {
    expect(renameInCode("SELECT 1;\n\nEXECUTE 'x public.y'", renaming).unclear).toEqual([
      "line 3: 'x public.y'",
    ]);
  });

  it("stays as it is when the name stays", () => {
    expect(renameInCode("SELECT * FROM public.anything", { ...renaming, to: "public" }).unclear).toEqual([]);
  });
});

describe("a dump's statements", () => {
  const dump = String.raw`\restrict abc
SET search_path = '';
SELECT pg_catalog.set_config('search_path', '', false);
CREATE SCHEMA s;
-- Name: f; Type: FUNCTION
CREATE FUNCTION s.f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END;
CREATE FUNCTION s.g() RETURNS text LANGUAGE sql AS $_$ SELECT '; é $1' $_$;
CREATE INDEX i ON s.t USING btree (x);
CREATE MATERIALIZED VIEW s.m AS SELECT 1 AS x WITH NO DATA;
CREATE INDEX j ON s.m USING btree (x);
ALTER TABLE ONLY s.t ADD CONSTRAINT p PRIMARY KEY (x);
ALTER TABLE ONLY s.t ADD CONSTRAINT r FOREIGN KEY (x) REFERENCES s.u(x);
CREATE TRIGGER rehome_fence BEFORE INSERT ON s.t FOR EACH STATEMENT EXECUTE FUNCTION rehome.fence_1();
ALTER TABLE s.t ENABLE ALWAYS TRIGGER rehome_fence;
COMMENT ON INDEX s.i IS 'x';
REFRESH MATERIALIZED VIEW s.m;
\unrestrict abc
`;
  it("are split by the grammar and put in phases", async () => {
    const statements = await splitStatements(dump);
    const real = statements.filter((statement) => !isScaffolding(statement) && !isFence(statement));
    const late = lateRelations(real);
    expect(real.map((statement) => [statement.sql.slice(0, 17), phaseOf(statement, late)])).toEqual([
      ["CREATE FUNCTION s", "object"],
      ["CREATE FUNCTION s", "object"],
      ["CREATE INDEX i ON", "index"],
      ["CREATE MATERIALIZ", "object"],
      ["CREATE INDEX j ON", "object"],
      ["ALTER TABLE ONLY ", "index"],
      ["ALTER TABLE ONLY ", "foreign-key"],
      ["COMMENT ON INDEX ", "comment"],
      ["REFRESH MATERIALI", "refresh"],
    ]);
    expect(real[1]?.sql).toBe("CREATE FUNCTION s.g() RETURNS text LANGUAGE sql AS $_$ SELECT '; é $1' $_$");
  });
});

describe("names and values in SQL", () => {
  const anyText = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !text.includes("\0"));
  it("read back as what they were, whatever they hold", () => {
    fc.assert(
      fc.property(fc.array(anyText, { minLength: 1 }), (names) => {
        expect(splitIdentifiers(names.map(ident).join(", "))).toEqual(names);
      }),
    );
  });
  it("make a setting's value: lists name by name, in whatever case they are written", () => {
    expect(settingValue("Search_Path", 'core, "My Schema"')).toBe('"core", "My Schema"');
    expect(settingValue("work_mem", "8MB")).toBe("'8MB'");
    for (const empty of ["", '""']) expect(settingValue("temp_tablespaces", empty)).toBe("''");
  });
  it("never end a literal early", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const inner = literal(text)
          .trim()
          .replace(/^E?'|'$/g, "");
        expect(inner.replaceAll("''", "").includes("'")).toBe(false);
      }),
    );
  });
  it("refuse a NUL", () => {
    expect(() => ident("a\0b")).toThrow(RangeError);
  });
});

describe("catalogs that are compared", () => {
  const entry = (name: string, definition: string) => ({ kind: "column", name, definition });
  it("differ in what is missing, added and different", () => {
    const before = [entry("t.a", "int"), entry("t.b", "int")];
    const after = [entry("t.b", "text"), entry("t.c", "int")];
    expect(differences(before, after)).toEqual([
      "column t.a: missing",
      "column t.b: different",
      "column t.c: added",
    ]);
    expect(differences(before, after, 1)).toEqual(["column t.a: missing", "and 2 more"]);
    expect(fingerprint(before)).not.toBe(fingerprint(after));
    expect(differences(before, before)).toEqual([]);
  });
});

it("figures are short", () => {
  expect([0, 999, 475_136, 2_400_000_000].map(formatBytes)).toEqual(["0 B", "999 B", "475 kB", "2.4 GB"]);
  expect([0.2, 89, 90, 9000].map(formatDuration)).toEqual(["1 s", "89 s", "2 min", "2.5 h"]);
});
