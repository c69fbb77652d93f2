import { move } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";
import { contents, leftovers, makeWorld } from "./dataset";

const ROWS = "SELECT i, i, md5(i::text), repeat('x', 80) FROM generate_series(1, 15000) i";
/** Tables of some megabytes, with every kind of key; what is small beside them takes another way. */
const DEFINITIONS = `
CREATE TABLE plain (id int PRIMARY KEY, n int, v text, pad text);
INSERT INTO plain ${ROWS};
CREATE TABLE keyed (id int, n int, v text, pad text,
  CONSTRAINT "the key" PRIMARY KEY (n, id) INCLUDE (v),
  CONSTRAINT loose UNIQUE NULLS NOT DISTINCT (v) DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT packed UNIQUE (id) WITH (fillfactor = 70),
  CONSTRAINT apart EXCLUDE USING btree (id WITH =));
INSERT INTO keyed ${ROWS};
CREATE INDEX ON keyed (lower(v)); CREATE INDEX ON keyed (n) WHERE n > 100;
COMMENT ON CONSTRAINT "the key" ON keyed IS 'said of it';
ALTER TABLE keyed CLUSTER ON "the key";
CREATE TABLE parted (id int, n int, v text, pad text, PRIMARY KEY (id)) PARTITION BY RANGE (id);
CREATE TABLE low PARTITION OF parted FOR VALUES FROM (0) TO (10000);
CREATE TABLE high PARTITION OF parted FOR VALUES FROM (10000) TO (20000);
INSERT INTO parted ${ROWS};
CREATE TABLE parent (id int PRIMARY KEY, n int, v text, pad text);
INSERT INTO parent ${ROWS};
CREATE TABLE child (extra int UNIQUE) INHERITS (parent);
INSERT INTO child SELECT -i, i, md5(i::text), repeat('x', 80), i FROM generate_series(1, 15000) i;
CREATE TABLE referring (id int PRIMARY KEY REFERENCES plain ON DELETE CASCADE, k int REFERENCES parted, l int, m int,
  FOREIGN KEY (l, m) REFERENCES keyed (n, id));
INSERT INTO referring SELECT i, i, i, i FROM generate_series(1, 500) i;
ALTER TABLE referring ADD CONSTRAINT unchecked CHECK (id > 0) NOT VALID;
CREATE STATISTICS two ON n, id FROM plain;`;

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

describe("tables of some size", () => {
  it("arrive with all their keys, and with statistics", async () => {
    const { request } = await makeWorld(a, b, "big", DEFINITIONS, { options: { jobs: 3 } });
    const before = await contents(a, request.from);
    expect(await move(request)).toMatchObject({ clean: true, tables: 7 });
    expect(await contents(b, request.to)).toEqual(before);
    expect(await leftovers(b, request.to)).toEqual([]);
    const [facts] = await b.sql<Record<string, unknown>>(
      "big",
      `SELECT (SELECT count(*)::int FROM rehome.statement WHERE phase = 'key') AS keys,
         (SELECT count(*)::int FROM rehome.statement WHERE phase = 'validate') AS validated,
         (SELECT count(*)::int FROM rehome.statement WHERE done_at IS NULL) AS undone,
         (SELECT array_agg(c.relname::text ORDER BY 1) FROM pg_class c WHERE c.relkind = 'r' AND c.relname IN ('plain', 'keyed', 'referring')
            AND NOT EXISTS (SELECT FROM pg_statistic s WHERE s.starelid = c.oid)) AS unknown,
         (SELECT count(*)::int FROM pg_statistic_ext_data) AS extended`,
    );
    expect(facts).toEqual({ keys: 6, validated: 2, undone: 0, unknown: null, extended: 1 });
  });

  it("have those indexes built first that one process builds alone, and the others by several", async () => {
    const { request } = await makeWorld(
      a,
      b,
      "turns",
      `CREATE TABLE t (id int, n int, v text, pad text); INSERT INTO t ${ROWS};
       CREATE INDEX first_by_name ON t (n); CREATE INDEX usual ON t USING btree (v); CREATE INDEX words ON t USING hash (v)`,
      { options: { jobs: 1 } },
    );
    expect(await move(request)).toMatchObject({ clean: true, tables: 1 });
    const built = await b.sql<{ name: string }>(
      "turns",
      `SELECT (pg_catalog.regexp_match(sql, 'CREATE INDEX (.*) ON '))[1] AS name FROM rehome.statement WHERE phase = 'index' ORDER BY done_at`,
    );
    expect(built.map(({ name }) => name)).toEqual(["words", "first_by_name", "usual"]);
  });
});
