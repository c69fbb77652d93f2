import { beforeAll, describe, expect, it } from "vitest";
import { loadGrammar } from "../../migration/src/ddl/grammar";
import { isDynamic, renameInCode, type Renaming } from "../../migration/src/ddl/rename-code";

beforeAll(loadGrammar);

const renaming: Renaming = {
  from: "core",
  to: "Core schema",
  moving: new Set(["users", "Odd.Name", "users_id_seq", "f", "mood"]),
  staying: new Set(["crypt"]),
  extensionSchema: "public",
};
const read = (code: string, given: Partial<Renaming> = {}) => renameInCode(code, { ...renaming, ...given });

describe("certainly renamed", () => {
  it.each([
    ["SELECT * FROM core.users", `SELECT * FROM "Core schema".users`],
    ["SELECT * FROM CORE.Users", `SELECT * FROM "Core schema".Users`],
    [`SELECT * FROM "core"."Odd.Name"`, `SELECT * FROM "Core schema"."Odd.Name"`],
    [
      "SELECT core . users.id FROM core\n.users",
      `SELECT "Core schema" . users.id FROM "Core schema"\n.users`,
    ],
    ["x core.users%ROWTYPE; y core.mood[];", `x "Core schema".users%ROWTYPE; y "Core schema".mood[];`],
    ["PERFORM core.f(1); CALL core.f(2)", `PERFORM "Core schema".f(1); CALL "Core schema".f(2)`],
    ["SELECT 'a'::core.mood", `SELECT 'a'::"Core schema".mood`],
    ["SELECT nextval('core.users_id_seq')", `SELECT nextval('"Core schema".users_id_seq')`],
    ["SELECT nextval('CORE.users_id_seq')", `SELECT nextval('"Core schema".users_id_seq')`],
    ["SELECT 'core.users'::regclass", `SELECT '"Core schema".users'::regclass`],
    ["SELECT regclass 'core.users'", `SELECT regclass '"Core schema".users'`],
    [`SELECT '"core"."Odd.Name"'::regclass`, `SELECT '"Core schema"."Odd.Name"'::regclass`],
    ["SELECT 'core.users'::text::regclass", `SELECT '"Core schema".users'::text::regclass`],
    [
      "nextval(('core.users_id_seq'::text)::regclass)",
      `nextval(('"Core schema".users_id_seq'::text)::regclass)`,
    ],
    ["nextval('core.users_id_seq'::text)", `nextval('"Core schema".users_id_seq'::text)`],
    ["SET LOCAL search_path TO core, public", `SET LOCAL search_path TO "Core schema", public`],
    ["SET search_path = 'core', \"$user\"", `SET search_path = "Core schema", "$user"`],
    ["SELECT 'ü', id FROM core.users -- ü", `SELECT 'ü', id FROM "Core schema".users -- ü`],
  ])("%s", (code, expected) => {
    expect(read(code)).toEqual({ text: expected, unclear: [] });
  });
});

describe("certainly something else", () => {
  it.each(["RAISE NOTICE 'core'", "SELECT 'the core of it'", "SELECT 'encore'"])(
    "where SQL is made at run time: %s",
    (code) => {
      expect(read(code, { dynamic: true })).toEqual({ text: code, unclear: [] });
    },
  );
  it.each([
    "SELECT 1 -- core.users",
    "/* core.users /* nested core.users */ */ SELECT 1",
    "SELECT score.users, new.core, e.core.x FROM t",
    "SELECT 'the core of it', 'score.users', 'encore.x'",
    "SELECT core.id, core.name FROM users AS core",
    "SELECT corex.users FROM corex.users",
    `SELECT * FROM "CORE".users`,
    "SELECT core.crypt('a')",
    "RAISE NOTICE 'core'",
    "SELECT set_config('search_path', 'elsewhere', true)",
    "core int := 1; x := core + 1;",
  ])("%s", (code) => {
    expect(read(code)).toEqual({ text: code, unclear: [] });
  });
});

describe("not certain, and said", () => {
  it.each([
    "EXECUTE 'DELETE FROM core.' || t",
    "EXECUTE 'DELETE FROM core.users'",
    "EXECUTE 'DELETE FROM CORE.users'",
    "EXECUTE format('DELETE FROM core.%I', t)",
    `EXECUTE 'DELETE FROM "core".users'`,
    "EXECUTE $q$DELETE FROM core.users$q$",
    "EXECUTE E'DELETE\\nFROM core.users'",
    "EXECUTE 'SET search_path = core'",
    "SELECT set_config('search_path', 'core, public', true)",
    "SELECT core.unknown_to_us(1)",
    "SELECT core.users FROM t AS core",
    "SELECT 'core.users'",
    "SELECT 'core.nobody'::regclass",
    "SELECT 'core.f(int)'::regprocedure",
  ])("%s", (code) => {
    const { text, unclear } = read(code);
    expect(unclear).toHaveLength(1);
    expect(text).toBe(code);
  });

  it.each([
    "EXECUTE format('SELECT * FROM %I.users', 'core')",
    "EXECUTE 'SELECT * FROM core' || '.users'",
    "EXECUTE 'SELECT * FROM ' || quote_ident('CORE') || '.users'",
    "RETURN 'core'",
    "s text := $q$core$q$;",
    "RETURN E'\\x63ore'",
    `RETURN '"core"'`,
    "PERFORM FROM pg_class WHERE relnamespace::text = 'core'",
  ])("where SQL is made at run time: %s", (code) => {
    const { text, unclear } = read(code, { dynamic: true });
    expect(unclear).toHaveLength(1);
    expect(text).toBe(code);
  });
  it.each([
    "EXECUTE E'DELETE FROM \\143ore.users'",
    "EXECUTE E'DELETE FROM \\u0063ore.users'",
    "EXECUTE U&'DELETE FROM \\0063ore.users'",
    "SELECT 'core.nobody'::text::regclass",
  ])("however it is spelt: %s", (code) => {
    expect(read(code).unclear).toHaveLength(1);
  });
  it("a scanner's failure, where the name is in the text", () => {
    expect(read("SELECT 'core.users").unclear).toHaveLength(1);
    expect(read("SELECT 'users").unclear).toEqual([]);
    expect(read("")).toEqual({ text: "", unclear: [] });
  });

  it("names lines, in text of several bytes a letter too, and keeps long literals short", () => {
    const { unclear } = read(`-- ééé\nx := 'é';\nEXECUTE 'DELETE FROM core.${"t".repeat(100)}'`);
    expect(unclear).toHaveLength(1);
    expect(unclear[0]).toMatch(/^line 3: 'DELETE FROM core\.t+\.\.\.$/);
    expect(unclear[0]?.length).toBeLessThan(80);
  });
});

describe("what makes SQL at run time", () => {
  it.each([
    ["EXECUTE 'x'", true],
    ["PERFORM set_config('search_path', x, true)", true],
    ["SELECT x::regclass", true],
    ["SELECT query_to_xml(q, true, true, '')", true],
    ["SELECT 1 -- execute", false],
    ["SELECT 'execute'", false],
    ["", false],
  ])("%s: %s", (code, expected) => {
    expect(isDynamic(code)).toBe(expected);
  });
});

describe("the path of public", () => {
  const fromPublic = { from: "public", to: "core" };
  it.each([
    ["SET search_path = public", `SET search_path = "core", "public"`],
    ["SET search_path TO public, pg_temp", `SET search_path TO "core", "public", pg_temp`],
    ["GRANT SELECT ON users TO public", "GRANT SELECT ON users TO public"],
  ])("%s keeps what extensions have put there in reach", (code, expected) => {
    expect(read(code, fromPublic)).toEqual({ text: expected, unclear: [] });
  });
});

describe("schemas with hostile names", () => {
  it.each([`say "hi"`, "it's", "a.b", "back\\slash", "(x|y)*", "ünï"])("%s", (from) => {
    const quoted = `"${from.replaceAll('"', '""')}"`;
    expect(read(`SELECT * FROM ${quoted}.users`, { from }).text).toBe(`SELECT * FROM "Core schema".users`);
    const inside = quoted.replaceAll("'", "''");
    expect(read(`SELECT '${inside}.users'::regclass`, { from }).text).toBe(
      `SELECT '"Core schema".users'::regclass`,
    );
    expect(read(`EXECUTE 'DROP TABLE ${inside}.users'`, { from }).unclear).toHaveLength(1);
    expect(read("SELECT 'x.y', users FROM users", { from }).unclear).toEqual([]);
  });
  it("are written so that they are read back", () => {
    const to = `O'ld "x" \\`;
    const name = `"O'ld ""x"" \\"`;
    expect(read("SELECT 'core.users'::regclass, * FROM core.users", { to }).text).toBe(
      `SELECT E'"O''ld ""x"" \\\\".users'::regclass, * FROM ${name}.users`,
    );
  });
});
