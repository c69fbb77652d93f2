import { move } from "@rehome/migration";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inParts } from "../../migration/src/ddl/apart";
import { splitStatements, type Statement } from "../../migration/src/ddl/statements";
import { inspectSchema } from "../../migration/src/inspect/schema";
import { startServer, type TestServer } from "../support/servers";
import { contents, leftovers, makeWorld, value } from "./dataset";

/** Enough for what is done otherwise from some number on: two catalog rows each. */
const TABLES = 1_050;

const repeated = (count: number, text: (at: string) => string): string =>
  Array.from({ length: count }, (_, at) => text(String(at).padStart(4, "0"))).join("\n");

/** Enough for definitions to be shared out: five statements each. */
const FEWER = 150;

const tables = (count: number): string =>
  repeated(
    count,
    (at) => `CREATE TABLE t${at} (id serial PRIMARY KEY, v text); INSERT INTO t${at} (v) VALUES ('of ${at}');
     COMMENT ON COLUMN t${at}.v IS 'said of ${at}';`,
  );
const [many, fewer] = [tables(TABLES), tables(FEWER)];

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  const parameters = { max_locks_per_transaction: "256" };
  [a, b] = await Promise.all([startServer({ parameters }), startServer({ parameters })]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

/** Transactions that have made the sequences of a database: nothing else writes to these rows. */
const makers = (database: string): Promise<number> =>
  value(b, database, "SELECT count(DISTINCT xmin::text)::int FROM pg_sequence");

describe("a schema of many tables", () => {
  it("is made in several sessions, around what has its place among them", async () => {
    const { request } = await makeWorld(
      a,
      b,
      "many",
      `CREATE TYPE mood AS ENUM ('so'); ${many}
       CREATE TABLE t0500kin (m mood DEFAULT 'so', UNIQUE (m)) ; CREATE TABLE t0500later () INHERITS (t0500kin);
       CREATE VIEW t0500view AS SELECT count(*) FROM t0001; ALTER TABLE t0007 ALTER v SET STORAGE external;
       CREATE TABLE own (id int GENERATED ALWAYS AS IDENTITY);`,
      { to: "public" },
    );
    const before = await contents(a, request.from);
    expect(await move(request)).toMatchObject({ clean: true, tables: TABLES + 3 });
    expect(await contents(b, request.to)).toEqual(before);
    expect(await leftovers(b, request.to)).toEqual([]);
    expect(await makers("many")).toBeGreaterThanOrEqual(2);
  });

  it("is made in order where what looks apart is not", async () => {
    const { request } = await makeWorld(
      a,
      b,
      "tangled",
      // A default that names the sequence of another table.
      `${fewer} ALTER TABLE t0000 ALTER id SET DEFAULT nextval('t0149_id_seq'); ALTER TABLE t0001 ALTER id SET DEFAULT nextval('t0002_id_seq');`,
      { to: "public" },
    );
    const before = await contents(a, request.from);
    expect(await move(request)).toMatchObject({ clean: true });
    expect(await contents(b, request.to)).toEqual(before);
    expect(await makers("tangled")).toBe(1);
  });

  it("leaves nothing of itself where one of its definitions is refused", async () => {
    const { request } = await makeWorld(
      a,
      b,
      "refused",
      `${fewer} CREATE MATERIALIZED VIEW v AS SELECT 1 AS one;`,
      {
        to: "public",
      },
    );
    await b.sql(
      "refused",
      `CREATE SCHEMA aside; CREATE FUNCTION aside.no() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'none here'; END $$;
       CREATE EVENT TRIGGER no ON ddl_command_end WHEN TAG IN ('CREATE MATERIALIZED VIEW') EXECUTE FUNCTION aside.no()`,
    );
    await expect(move(request)).rejects.toThrow(/refuses "CREATE MATERIALIZED VIEW public\.v/);
    expect(Object.keys(await contents(b, request.to))).toEqual([]);
    await b.sql("refused", "DROP EVENT TRIGGER no");
    expect(await move(request)).toMatchObject({ clean: true });
  });

  it("is the same, read in one session or in two", async () => {
    const clients = [1, 2].map(() => new pg.Client({ ...a.connection, database: "many" }));
    await Promise.all(clients.map((client) => client.connect()));
    try {
      const [one, other] = clients as [pg.Client, pg.Client];
      const alone = await inspectSchema(one, "public", "many_user");
      expect(await inspectSchema(one, "public", "many_user", undefined, other)).toEqual(alone);
      expect(alone?.entries.length).toBeGreaterThan(TABLES);
    } finally {
      await Promise.all(clients.map((client) => client.end()));
    }
  });
});

describe("a dump that is made ahead", () => {
  it("has ended before a plan is refused", async () => {
    const { request } = await makeWorld(a, b, "blocked", `${many} CREATE TABLE kin (id int);`, {
      to: "public",
    });
    await a.sql(
      "blocked",
      "CREATE SCHEMA x; CREATE TABLE x.u (LIKE public.kin); CREATE VIEW x.v AS SELECT * FROM public.kin",
    );
    await expect(move(request)).rejects.toThrow(/references-inward/);
    const sessions = "SELECT count(*)::int FROM pg_stat_activity WHERE application_name LIKE 'rehome%'";
    expect(await value(a, "blocked", sessions)).toBe(0);
  });
});

describe("sharing definitions out", () => {
  const names = (list: readonly Statement[]): Set<string> => new Set(list.flatMap(({ about = [] }) => about));

  it("keeps together what is about one table, in its order, and waits for everything else", async () => {
    const tables = repeated(
      300,
      (at) =>
        `CREATE TABLE s.t${at} (id int); CREATE SEQUENCE s.q${at}; ALTER SEQUENCE s.q${at} OWNED BY s.t${at}.id;`,
    );
    const defaults = repeated(
      300,
      (at) => `ALTER TABLE ONLY s.t${at} ALTER COLUMN id SET DEFAULT nextval('s.q${at}');`,
    );
    const all = await splitStatements(
      `CREATE TYPE s.e AS ENUM ('a'); ${tables} ${defaults} CREATE VIEW s.v AS SELECT 1; CREATE TABLE s.last ();`,
    );
    const parts = inParts(all, 3);
    expect(parts.flatMap(({ inOrder }) => inOrder)).toEqual(all);
    expect(parts.map(({ lists }) => lists.length)).toEqual([1, 3, 1]);
    const lists = parts[1]?.lists ?? [];
    expect(lists.map(({ length }) => length)).toEqual([400, 400, 400]);
    expect(new Set(lists.flatMap((list) => [...names(list)])).size).toBe(600);
    expect(lists.reduce((sum, list) => sum + names(list).size, 0)).toBe(600);
    for (const list of lists) expect(list).toEqual(all.filter((statement) => list.includes(statement)));
  });

  it("does nothing of the kind for few, or for one session", async () => {
    const few = await splitStatements(repeated(100, (at) => `CREATE TABLE s.t${at} (id int);`));
    expect(inParts(few, 4).map(({ lists }) => lists.length)).toEqual([1]);
    const enough = await splitStatements(repeated(500, (at) => `CREATE TABLE s.t${at} (id int);`));
    expect(inParts(enough, 1).map(({ lists }) => lists.length)).toEqual([1]);
    expect(inParts([], 4)).toEqual([]);
  });

  it.each([
    "CREATE TABLE s.c () INHERITS (s.p)",
    "CREATE TABLE s.c PARTITION OF s.p FOR VALUES IN (1)",
    "CREATE TABLE s.c OF s.e",
    "ALTER TABLE s.p ATTACH PARTITION s.c FOR VALUES IN (1)",
    "ALTER TABLE s.p ADD CONSTRAINT k CHECK (s.f(id))",
    "ALTER SEQUENCE s.q RESTART",
    "COMMENT ON FUNCTION s.f() IS 'x'",
    "CREATE VIEW s.v AS SELECT 1",
  ])("knows that more than one table may be concerned by %s", async (sql) => {
    const [statement] = await splitStatements(`${sql};`);
    expect(statement?.sql).toBe(sql);
    expect(statement?.about).toBeUndefined();
  });
});
