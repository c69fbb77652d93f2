import { move, planMove } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";
import { makeWorld, reversed, value } from "./dataset";

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

const TABLES = `CREATE TABLE sale (id int DEFAULT 1, note text); CREATE SEQUENCE seq;
  CREATE FUNCTION noticed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
  CREATE FUNCTION looked(t text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT t';
  CREATE FUNCTION build(t text) RETURNS bigint LANGUAGE plpgsql AS $$ DECLARE n bigint; BEGIN EXECUTE t INTO n; RETURN n; END $$;`;

/** Where a text may name the old schema, unseen by `pg_depend`; and what the preview says of it. */
const hidden = [
  {
    what: "a view",
    sql: "CREATE VIEW v AS SELECT build('SELECT count(*) FROM shop.sale')",
    says: /query v line 1: 'SELECT/,
  },
  {
    what: "a materialized view",
    sql: "CREATE MATERIALIZED VIEW v AS SELECT 'shop.sale'::text::regclass::oid AS o",
    says: /query v/,
  },
  {
    what: "a CHECK",
    sql: "CREATE TABLE t (a text CHECK (looked('shop.sale') <> a))",
    says: /constraint t\.t_a_check/,
  },
  {
    what: "an index",
    sql: "CREATE INDEX i ON sale (looked('shop.sale' || note))",
    says: /index i line 1: 'shop\.sale'/,
  },
  {
    what: "a partial index",
    sql: "CREATE INDEX i ON sale (id) WHERE looked('shop.x') = note",
    says: /index i/,
  },
  {
    what: "a trigger's condition",
    sql: "CREATE TRIGGER x BEFORE INSERT ON sale FOR EACH ROW WHEN (looked('shop.sale') = new.note) EXECUTE FUNCTION noticed()",
    says: /trigger sale\.x/,
  },
  {
    what: "a trigger's argument",
    sql: "CREATE TRIGGER x BEFORE INSERT ON sale FOR EACH ROW EXECUTE FUNCTION noticed('shop.sale')",
    says: /trigger sale\.x line 1: 'shop\.sale'/,
  },
  {
    what: "a policy",
    sql: "CREATE POLICY p ON sale USING (build('SELECT count(*) FROM shop.sale') > 0)",
    says: /policy sale\.p/,
  },
  {
    what: "a rule",
    sql: "CREATE RULE r AS ON INSERT TO sale DO ALSO SELECT build('SELECT count(*) FROM shop.sale')",
    says: /rule sale\.r/,
  },
  {
    what: "a default that is not certain",
    sql: "ALTER TABLE sale ALTER note SET DEFAULT looked('shop.sale')",
    says: /column sale\.note/,
  },
  {
    what: "a generated column",
    sql: "ALTER TABLE sale ADD g text GENERATED ALWAYS AS (looked('shop.sale')) STORED",
    says: /column sale\.g/,
  },
  {
    what: "a domain's default",
    sql: "CREATE DOMAIN d AS bigint DEFAULT nextval('shop.seq'::text)",
    says: /domain default d/,
  },
  {
    what: "a domain's check",
    sql: "CREATE DOMAIN d AS text CHECK (looked('shop.sale') <> value)",
    says: /constraint d\.d_check/,
  },
  {
    what: "a parameter's default",
    sql: "CREATE FUNCTION f(t text DEFAULT 'shop.sale') RETURNS int LANGUAGE sql AS 'SELECT 1'",
    says: /function f\(t text\)/,
  },
  {
    what: "a parsed body",
    sql: "CREATE FUNCTION f() RETURNS regclass LANGUAGE sql RETURN to_regclass('shop.sale')",
    says: /parsed body f\(\)/,
  },
  {
    what: "a function's setting",
    sql: "CREATE TEXT SEARCH CONFIGURATION c (COPY = simple); CREATE FUNCTION f() RETURNS int LANGUAGE sql SET default_text_search_config = 'shop.c' AS 'SELECT 1'",
    says: /SET default_text_search_config=shop\.c of f\(\)/,
  },
  {
    what: "a default that some code puts into SQL",
    sql: "ALTER TABLE sale ADD schema_name text DEFAULT 'shop'",
    says: /column sale\.schema_name line 1: 'shop'/,
  },
  {
    what: "statistics",
    sql: "CREATE STATISTICS s ON (looked('shop.sale' || note)) FROM sale",
    says: /statistics detail s/,
  },
];

describe("a text that names the old schema is refused in the preview", () => {
  it.each(hidden)("in $what", async ({ what, sql, says }) => {
    const name = `in_${what.replaceAll(/\W/g, "_")}`;
    const { request } = await makeWorld(a, b, name, `${TABLES}${sql};`, { from: "shop" });
    const { findings } = await planMove(request);
    const found = findings.filter((finding) => finding.level === "blocker");
    expect(found.map((finding) => finding.code)).toEqual(["text-unclear"]);
    expect(found[0]?.message).toMatch(says);
    await expect(move(request)).rejects.toMatchObject({ code: "blocked" });
    const { findings: same } = await planMove({ ...request, to: { ...request.to, schema: "shop" } });
    expect(same.filter((finding) => finding.level === "blocker")).toEqual([]);
  });
});

describe("a text that certainly names an object is rewritten", () => {
  const CERTAIN = `CREATE SEQUENCE seq; CREATE SEQUENCE "Odd.Seq";
    CREATE TABLE old_style (id bigint DEFAULT nextval(('shop.seq'::text)::regclass), other bigint DEFAULT nextval('shop."Odd.Seq"'::text),
      kind oid DEFAULT to_regclass('shop.old_style')::oid, plain text DEFAULT 'shopping');
    CREATE TABLE part (id bigint DEFAULT nextval('shop.seq'::text)) PARTITION BY LIST (id);
    CREATE TABLE part_1 PARTITION OF part FOR VALUES IN (1);
    CREATE VIEW over AS SELECT id FROM old_style; ALTER VIEW over ALTER id SET DEFAULT nextval('shop.seq'::text);
    CREATE FUNCTION next() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RETURN nextval('shop.seq'::text::regclass); END $$;`;

  it("in defaults and code, there and back", async () => {
    const world = await makeWorld(a, b, "certain", CERTAIN, { from: "shop", to: 'New "home"' });
    await move(world.request);
    const mine = (sql: string): Promise<string> =>
      value<string>(b, "certain", `SET search_path = 'New "home"'; ${sql}`);
    expect(
      await mine(
        "INSERT INTO old_style DEFAULT VALUES RETURNING concat_ws(' ', id, other, kind = 'old_style'::regclass, plain)",
      ),
    ).toBe("1 1 t shopping");
    expect(await mine("INSERT INTO over DEFAULT VALUES RETURNING id")).toBe("2");
    expect(await mine("SELECT next()")).toBe("3");
    expect(
      await mine("SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = 'part_1'::regclass"),
    ).toContain('"New ""home"""');
    await move(reversed(world.request));
    expect(await value<string>(a, "certain", "INSERT INTO shop.old_style DEFAULT VALUES RETURNING id")).toBe(
      "4",
    );
    expect(await value<string>(a, "certain", "SELECT shop.next()")).toBe("5");
  });
});
