import { describe, expect, it } from "vitest";
import { laterStatements } from "../../migration/src/ddl/later";
import {
  PHASES,
  isFence,
  isScaffolding,
  lateRelations,
  phaseOf,
  splitStatements,
} from "../../migration/src/ddl/statements";

describe("splitting a dump", () => {
  it("leaves function bodies whole, whatever is in them", async () => {
    const bodies = [
      "CREATE FUNCTION s.a() RETURNS void LANGUAGE plpgsql AS $$ BEGIN\n  -- it's; fine\n  PERFORM 1; END $$",
      "CREATE FUNCTION s.b() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END",
      "CREATE FUNCTION s.c() RETURNS text LANGUAGE sql AS 'SELECT '';'''",
      "CREATE FUNCTION s.d() RETURNS text LANGUAGE sql AS $a$ SELECT $b$;$a;$b$ $a$",
      `COMMENT ON TABLE s."a;b" IS 'x; -- y'`,
    ];
    const split = await splitStatements(
      `--\n-- head; of it\n--\n\n${bodies.join(";\n\n-- next; one\n\n")};\n`,
    );
    expect(split.map((statement) => statement.sql)).toEqual(bodies);
  });

  it("counts bytes, not letters", async () => {
    const split = await splitStatements(
      "COMMENT ON TABLE é IS '数据';\nCREATE TABLE s.ü ();\nCREATE TABLE s.z ();",
    );
    expect(split.map((statement) => statement.sql)).toEqual([
      "COMMENT ON TABLE é IS '数据'",
      "CREATE TABLE s.ü ()",
      "CREATE TABLE s.z ()",
    ]);
  });

  it("leaves out what a server notes of its columns by itself, which an older pg_dump writes down", async () => {
    const split = await splitStatements(
      [
        `ALTER TABLE ONLY s."a SET (" ALTER COLUMN "pg_attver=1" SET (pg_attver=22160232)`,
        `ALTER TABLE ONLY s."a SET (" ALTER COLUMN "pg_attver=1" SET (n_distinct=-0.5, pg_attver=22160232)`,
        "ALTER TABLE ONLY s.b ALTER COLUMN c SET (pg_attver=1, n_distinct=5, n_distinct_inherited=6)",
        "ALTER TABLE ONLY s.b ALTER COLUMN c SET DEFAULT 'SET (pg_attver=1)'::text",
      ].join(";\n"),
    );
    expect(split.map((statement) => statement.sql)).toEqual([
      `ALTER TABLE ONLY s."a SET (" ALTER COLUMN "pg_attver=1" SET (n_distinct=-0.5)`,
      "ALTER TABLE ONLY s.b ALTER COLUMN c SET (n_distinct=5, n_distinct_inherited=6)",
      "ALTER TABLE ONLY s.b ALTER COLUMN c SET DEFAULT 'SET (pg_attver=1)'::text",
    ]);
  });

  it("takes psql's guards away, and only those", async () => {
    const body = "CREATE FUNCTION s.f() RETURNS text LANGUAGE sql AS $$ SELECT '\n\\restrict other\n' $$";
    const split = await splitStatements(`\\restrict k3y\n${body};\n\\unrestrict k3y\n`);
    expect(split.map((statement) => statement.sql)).toEqual([body]);
  });

  it("splits a long dump in pieces, but no text that looks like the beginning of an entry", async () => {
    const entry = "\n--\n-- Name: x; Type: TABLE; Schema: s; Owner: -\n--\n\n";
    const long = "-- it's long\n".repeat(20_000);
    const bodies = [
      "CREATE TABLE s.a ()",
      `CREATE FUNCTION s.f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN\n${long}${entry}${long}${entry} END $$`,
      `COMMENT ON TABLE s.a IS '${"long ".repeat(50_000)}${entry}'`,
      `CREATE TABLE s."${entry}" ()`,
      "CREATE TABLE s.b ()",
    ];
    const split = await splitStatements(bodies.map((body) => `${entry}${body};`).join("\n"));
    expect(split.map((statement) => statement.sql)).toEqual(bodies);
    await expect(splitStatements(`${entry}${bodies[1]};${entry}CREATE TABLE 'x`)).rejects.toThrow();
  });

  it("finds nothing in nothing", async () => {
    expect(await splitStatements("--\n-- PostgreSQL database dump\n--\n")).toEqual([]);
  });
});

describe("what is left out", () => {
  it("is the session's setup, the schema and the fence", async () => {
    const dump = `SET statement_timeout = 0; SELECT pg_catalog.set_config('search_path', '', false);
      CREATE SCHEMA s; COMMENT ON SCHEMA s IS 'x'; COMMENT ON TABLE s.t IS 'kept';
      CREATE TRIGGER rehome_fence BEFORE INSERT ON s.t FOR EACH STATEMENT EXECUTE FUNCTION rehome.fence_1();
      ALTER TABLE s.t ENABLE ALWAYS TRIGGER rehome_fence; ALTER TABLE s.t ENABLE ALWAYS TRIGGER own;
      CREATE TRIGGER own BEFORE INSERT ON s.t FOR EACH ROW EXECUTE FUNCTION s.rehome_fence();`;
    const kept = (await splitStatements(dump)).filter((s) => !isScaffolding(s) && !isFence(s));
    expect(kept.map((statement) => statement.sql.slice(0, 40))).toEqual([
      "COMMENT ON TABLE s.t IS 'kept'",
      "ALTER TABLE s.t ENABLE ALWAYS TRIGGER ow",
      "CREATE TRIGGER own BEFORE INSERT ON s.t ",
    ]);
  });
});

describe("phases", () => {
  it.each([
    ["CREATE UNIQUE INDEX i ON s.t (x)", "index"],
    ["CREATE UNIQUE INDEX i ON s.late (x)", "object"],
    ["CREATE INDEX i ON s.late_too (x)", "object"],
    ["ALTER TABLE ONLY s.t ADD CONSTRAINT p PRIMARY KEY (x)", "index"],
    ["ALTER TABLE ONLY s.t ADD CONSTRAINT u UNIQUE (x) DEFERRABLE", "index"],
    ["ALTER TABLE ONLY s.t ADD CONSTRAINT e EXCLUDE USING gist (x WITH &&)", "index"],
    ["ALTER TABLE s.t ADD CONSTRAINT c CHECK (x > 0) NOT VALID", "object"],
    ["ALTER TABLE ONLY s.t ADD CONSTRAINT f FOREIGN KEY (x) REFERENCES s.u (x) NOT VALID", "foreign-key"],
    ["ALTER INDEX s.i ATTACH PARTITION s.j", "object"],
    ["ALTER TABLE s.t CLUSTER ON i", "object"],
    ["CREATE TRIGGER t AFTER INSERT ON s.t FOR EACH ROW EXECUTE FUNCTION s.f()", "object"],
    ["ALTER TABLE s.t ENABLE ROW LEVEL SECURITY", "object"],
    ["CREATE POLICY p ON s.t USING (true)", "object"],
    ["CREATE RULE r AS ON UPDATE TO s.t DO INSTEAD NOTHING", "object"],
    ["CREATE STATISTICS s.st ON x, y FROM s.t", "object"],
    ["COMMENT ON INDEX s.i IS 'x'", "comment"],
    ["REFRESH MATERIALIZED VIEW s.m", "refresh"],
  ])("%s: %s", async (sql, phase) => {
    const late =
      "CREATE MATERIALIZED VIEW s.late AS SELECT 1 AS x; CREATE OR REPLACE VIEW s.late_too AS SELECT 1 AS x";
    const statements = await splitStatements(`${late}; ${sql};`);
    const names = lateRelations(statements);
    expect([...names]).toEqual(["late", "late_too"]);
    const [last] = statements.slice(-1);
    expect(last && phaseOf(last, names)).toBe(phase);
  });

  it("keys come before what refers to them, rows of views last", () => {
    expect(PHASES).toEqual(["index", "key", "object", "foreign-key", "validate", "comment", "refresh"]);
  });
});

describe("what follows the rows", () => {
  const tables = [
    { name: "big", kind: "r", bytes: 1e9 },
    { name: "small", kind: "r", bytes: 1e4 },
    { name: "parts", kind: "p", bytes: 0 },
  ];
  const later = async (sql: string): Promise<string[]> =>
    laterStatements(await splitStatements(sql), "s", tables).map((each) => `${each.phase}: ${each.sql}`);

  it("builds a big table's keys as indexes first, a small one's at once", async () => {
    expect(
      await later(`ALTER TABLE ONLY s.big ADD CONSTRAINT "p k" PRIMARY KEY (a, "B");
        ALTER TABLE ONLY s.big ADD CONSTRAINT u UNIQUE NULLS NOT DISTINCT (a) INCLUDE (c) DEFERRABLE INITIALLY DEFERRED;
        ALTER TABLE ONLY s.small ADD CONSTRAINT k PRIMARY KEY (a);
        ALTER TABLE ONLY s.big ADD CONSTRAINT f UNIQUE (a) WITH (fillfactor='70')`),
    ).toEqual([
      'index: CREATE UNIQUE INDEX "p k" ON ONLY "s"."big" ("a", "B")',
      'index: CREATE UNIQUE INDEX "u" ON ONLY "s"."big" ("a") INCLUDE ("c") NULLS NOT DISTINCT',
      "index: ALTER TABLE ONLY s.small ADD CONSTRAINT k PRIMARY KEY (a)",
      "index: ALTER TABLE ONLY s.big ADD CONSTRAINT f UNIQUE (a) WITH (fillfactor='70')",
      'key: ALTER TABLE ONLY "s"."big" ADD CONSTRAINT "p k" PRIMARY KEY USING INDEX "p k"',
      'key: ALTER TABLE ONLY "s"."big" ADD CONSTRAINT "u" UNIQUE USING INDEX "u" DEFERRABLE INITIALLY DEFERRED',
    ]);
  });

  it("checks a foreign key apart from adding it, but where partitions or another schema are in it, or nobody checked", async () => {
    const [one, ...others] = [
      "ALTER TABLE ONLY s.small ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES s.big(a) ON DELETE CASCADE",
      "ALTER TABLE s.parts ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES s.big(a)",
      "ALTER TABLE ONLY s.small ADD CONSTRAINT g FOREIGN KEY (a) REFERENCES s.parts(a)",
      "ALTER TABLE ONLY s.small ADD CONSTRAINT h FOREIGN KEY (a) REFERENCES o.big(a)",
      "ALTER TABLE ONLY s.small ADD CONSTRAINT i FOREIGN KEY (a) REFERENCES s.big(a) NOT VALID",
    ];
    expect(await later([one, ...others].join(";"))).toEqual([
      `foreign-key: ${one} NOT VALID`,
      ...others.map((sql) => `foreign-key: ${sql}`),
      'validate: ALTER TABLE ONLY "s"."small" VALIDATE CONSTRAINT "f"',
    ]);
  });
});
