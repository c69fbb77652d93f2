import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { catalogFingerprint, type CatalogPlace } from "../../migration/src/inspect/fingerprint";
import { catalogStamp } from "../../migration/src/inspect/stamp";
import { beginStamp } from "../../migration/src/stages/unchanged";
import { startServer, type TestServer } from "../support/servers";

const DATABASE = "stamps";
let server: TestServer;
let client: pg.Client;
let at: CatalogPlace;

beforeAll(async () => {
  server = await startServer();
  await server.sql("postgres", `CREATE DATABASE ${DATABASE}`);
  await server.sql(
    DATABASE,
    `CREATE ROLE reader; CREATE EXTENSION citext;
     CREATE SCHEMA home; CREATE SCHEMA other;
     CREATE TYPE other.kind AS ENUM ('a'); CREATE TABLE other.users (id int PRIMARY KEY, name text);
     CREATE FUNCTION other.plus(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + 1';
     SET search_path = home, public;
     CREATE TYPE mood AS ENUM ('sad'); CREATE DOMAIN small AS int CHECK (VALUE < 10); CREATE TYPE pair AS (x int, y int);
     CREATE TYPE span AS RANGE (subtype = int);
     CREATE TABLE t (id serial PRIMARY KEY, a text DEFAULT 'x', b int CHECK (b > 0), k other.kind, c citext);
     CREATE TABLE child (id int REFERENCES t, u int REFERENCES other.users (id));
     CREATE TABLE parts (id int) PARTITION BY RANGE (id); CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (9);
     CREATE INDEX i ON t (a); CREATE VIEW v AS SELECT t.id, u.name FROM t JOIN other.users u ON u.id = t.id;
     CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT $1'; CREATE SEQUENCE s;
     CREATE FUNCTION trg() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
     CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION trg();
     CREATE POLICY p ON t TO reader USING (b > 1); CREATE STATISTICS st ON a, b FROM t;
     CREATE RULE r AS ON DELETE TO child DO INSTEAD NOTHING; CREATE COLLATION col FROM "C";
     CREATE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int); CREATE TEXT SEARCH CONFIGURATION words (COPY = simple);
     CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq); COMMENT ON TABLE t IS 'c'`,
  );
  client = new pg.Client({ ...server.connection, database: DATABASE });
  await client.connect();
  const { rows } = await client.query<{ oid: number }>("SELECT 'home'::regnamespace::oid::int8::int AS oid");
  at = { schema: "home", oid: rows[0]?.oid ?? 0, extensionSchemas: ["public"] };
});
afterAll(async () => {
  await client.end();
  await server.stop();
});

const both = async (): Promise<{ stamp: string; print: string }> => {
  const stamp = await catalogStamp(client, at.oid);
  const print = await catalogFingerprint(client, at);
  await client.query("SET search_path = home, public");
  return { stamp, print };
};

/** Both once `sql` has run; it is taken back. */
const bothAfter = async (sql: string): ReturnType<typeof both> => {
  await client.query("BEGIN");
  try {
    await client.query(sql);
    return await both();
  } finally {
    await client.query("ROLLBACK");
  }
};

describe("a stamp of the catalog", () => {
  it.each([
    "CREATE TABLE more (id int)",
    "DROP TABLE child",
    "ALTER TABLE t RENAME TO u",
    "ALTER TABLE t ADD e int",
    "ALTER TABLE t DROP b CASCADE",
    "ALTER TABLE t RENAME a TO z",
    "ALTER TABLE t ALTER a SET DEFAULT 'y'",
    "ALTER TABLE t ALTER a SET NOT NULL",
    "ALTER TABLE t ALTER a SET STORAGE PLAIN",
    "ALTER TABLE t ALTER a SET STATISTICS 7",
    "ALTER TABLE t ALTER a SET COMPRESSION pglz",
    "ALTER TABLE t ALTER a TYPE varchar(9)",
    "ALTER TABLE t SET (fillfactor = 70)",
    "ALTER TABLE t SET (toast.autovacuum_enabled = off)",
    "ALTER TABLE child SET UNLOGGED",
    "ALTER TABLE t REPLICA IDENTITY FULL; ALTER TABLE t DROP CONSTRAINT t_pkey CASCADE",
    "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE t ADD CHECK (id > 0) NOT VALID",
    "ALTER TABLE t DROP CONSTRAINT t_b_check",
    "ALTER TABLE parts DETACH PARTITION parts_1",
    "CREATE TABLE parts_2 PARTITION OF parts DEFAULT",
    "CREATE INDEX ON t (b)",
    "ALTER INDEX i RENAME TO j",
    "ALTER INDEX i SET (fillfactor = 60)",
    "ALTER TABLE t CLUSTER ON i",
    "CREATE OR REPLACE VIEW v AS SELECT t.id, u.name || '' AS name FROM t JOIN other.users u ON u.id = t.id",
    "ALTER VIEW v SET (security_barrier)",
    "CREATE OR REPLACE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT $1 + 1'",
    "ALTER FUNCTION f SET work_mem = '1MB'",
    "DROP TRIGGER g ON t",
    "ALTER TABLE t DISABLE TRIGGER g",
    "ALTER POLICY p ON t USING (b > 2)",
    "ALTER POLICY p ON t TO PUBLIC",
    "DROP RULE r ON child",
    "ALTER STATISTICS st SET STATISTICS 9",
    "ALTER SEQUENCE s INCREMENT 5",
    "ALTER SEQUENCE s OWNED BY t.b",
    "ALTER TYPE mood RENAME VALUE 'sad' TO 'glad'",
    "ALTER TYPE pair ADD ATTRIBUTE z int",
    "ALTER TYPE span RENAME TO width",
    "ALTER DOMAIN small SET DEFAULT 3",
    "ALTER DOMAIN small ADD CHECK (VALUE > 1)",
    "ALTER COLLATION col RENAME TO coll",
    "DROP AGGREGATE total(int)",
    "ALTER TEXT SEARCH CONFIGURATION words DROP MAPPING FOR email",
    "ALTER OPERATOR === (int, int) SET (RESTRICT = eqsel)",
    "COMMENT ON COLUMN t.a IS 'new'",
    "COMMENT ON TABLE t IS NULL",
    "ALTER TABLE other.users RENAME TO people",
    "ALTER TABLE other.users RENAME name TO title",
    "ALTER TABLE other.users RENAME id TO number",
    "ALTER TYPE other.kind RENAME TO sort",
    "ALTER SCHEMA other RENAME TO another",
    "ALTER ROLE reader RENAME TO viewer",
    "ALTER EXTENSION citext ADD FUNCTION f(int)",
    "ALTER EXTENSION citext SET SCHEMA other",
    "CREATE CAST (mood AS pair) WITH INOUT",
  ])("is another one after %s", async (sql) => {
    const before = await both();
    const after = await bothAfter(sql);
    expect(after.print).not.toBe(before.print); // or it would not have to be noticed
    expect(after.stamp).not.toBe(before.stamp);
    expect(await both()).toEqual(before);
  });

  it.each([
    "INSERT INTO t (a) VALUES ('row')",
    "ANALYZE t",
    "GRANT SELECT ON t TO reader",
    "REVOKE ALL ON SCHEMA home FROM PUBLIC",
    "CREATE TABLE other.more (id int)",
    "CREATE SCHEMA rehome; CREATE FUNCTION rehome.fence() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END'; CREATE TRIGGER rehome_fence BEFORE INSERT ON child FOR EACH STATEMENT EXECUTE FUNCTION rehome.fence()",
  ])("is the same after %s", async (sql) => {
    const before = await both();
    expect(await bothAfter(sql)).toEqual(before);
  });
});

describe("a stamp that is taken while a schema is read", () => {
  /** Alters the schema between the beginning of a stamp and its end. */
  const alteredMeanwhile = async (
    schema: string,
  ): Promise<{ before: string; begun?: string; after: string }> => {
    const { rows } = await client.query<{ oid: number }>("SELECT $1::regnamespace::oid::int8::int AS oid", [
      schema,
    ]);
    const oid = rows[0]?.oid ?? 0;
    const before = await catalogStamp(client, oid);
    const wait = await beginStamp(client, {
      from: { server: server.connection, database: DATABASE, schema },
    });
    await client.query(`CREATE TABLE ${schema}.meanwhile (id int)`);
    const begun = await wait();
    return { before, ...(begun === undefined ? {} : { begun }), after: await catalogStamp(client, oid) };
  };

  it.each([
    { size: "small", types: 1 },
    { size: "large, by a session of its own", types: 2_000 },
  ])("is of what was there when it began: $size", async ({ types }) => {
    const schema = `stamped_${types}`;
    await client.query(
      `CREATE SCHEMA ${schema};
       DO $$ BEGIN FOR i IN 1..${types} LOOP EXECUTE format('CREATE DOMAIN ${schema}.d%s AS int', i); END LOOP; END $$`,
    );
    const { before, begun, after } = await alteredMeanwhile(schema);
    expect(begun).toBe(before);
    expect(after).not.toBe(before);
  });
});
