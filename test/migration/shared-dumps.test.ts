import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { move, type MoveRequest } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";

let source: TestServer;
let target: TestServer;
beforeAll(async () => {
  [source, target] = await Promise.all([
    startServer({ parameters: { log_connections: "on" } }),
    startServer(),
  ]);
  await Promise.all([source, target].map((server) => server.sql("postgres", "CREATE ROLE shop")));
});
afterAll(() => Promise.all([source.stop(), target.stop()]));

/** Makes schemas of two tables each, in databases of their own. */
const make = async (database: string, schemas: readonly string[]): Promise<void> => {
  for (const server of [source, target]) await server.sql("postgres", `CREATE DATABASE ${database}`);
  const texts = schemas.map(
    (schema) => `CREATE SCHEMA ${schema} AUTHORIZATION shop; SET ROLE shop;
     CREATE TABLE ${schema}.a (id int PRIMARY KEY, text text); CREATE TABLE ${schema}.b (n int);
     INSERT INTO ${schema}.a SELECT n, '${schema}' FROM generate_series(1, 10) n; RESET ROLE`,
  );
  await source.sql(database, texts.join("; "));
};
const request = (database: string, schema: string, more: Partial<MoveRequest> = {}): MoveRequest => ({
  dataset: schema,
  from: { host: "old", server: source.connection, database, schema, owner: "shop" },
  to: { host: "new", server: target.connection, database, schema, owner: "shop" },
  options: { mode: "offline", verify: "checksum", jobs: 1 },
  ...more,
});

/** How many dumps of a database have begun. */
const dumps = async (database: string): Promise<number> => {
  const log = await readFile(join(source.directory, "server.log"), "utf8");
  return log
    .split("\n")
    .filter((line) => line.includes(`database=${database} application_name=rehome pg_dump`)).length;
};
const rowsIn = async (database: string, table: string): Promise<number> => {
  const [row] = await target.sql<{ count: string }>(database, `SELECT count(*) FROM ${table}`);
  return Number(row?.count);
};

describe("the dump of a schema", () => {
  it("is that of all who wait for their turn", async () => {
    const schemas = ["s1", "s2", "s3", "s4", "s5", "s6"];
    await make("many", schemas);
    const done = await Promise.all(schemas.map((schema) => move(request("many", schema))));
    for (const each of done) expect(each).toMatchObject({ clean: true, tables: 2 });
    for (const schema of schemas)
      expect(await rowsIn("many", `${schema}.a WHERE text = '${schema}'`)).toBe(10);
    expect(await dumps("many")).toBe(1);
  });

  it("is made anew for one that was altered since", async () => {
    const schemas = ["s1", "s2", "s3", "s4", "s5", "s6"];
    await make("altered", schemas);
    let altering: Promise<unknown> | undefined;
    const first = move(request("altered", "s1"), ({ stage }) => {
      if (stage === "prepare")
        altering ??= source.sql(
          "altered",
          "ALTER TABLE s6.b ADD COLUMN more int DEFAULT 7; INSERT INTO s6.b VALUES (1)",
        );
    });
    const others = schemas.slice(1).map((schema) => move(request("altered", schema)));
    for (const each of await Promise.all([first, ...others])) expect(each).toMatchObject({ clean: true });
    await altering;
    expect(await rowsIn("altered", "s6.b WHERE more = 7")).toBe(1);
    expect(await dumps("altered")).toBe(2);
  });

  it("waits for nobody who alters another's table", async () => {
    await make("locked", ["s1", "s2", "s3"]);
    const other = await source.connect("locked");
    await other.query("BEGIN; LOCK TABLE s3.a");
    const [first, second, third] = ["s1", "s2", "s3"].map((schema) => move(request("locked", schema)));
    expect(await first).toMatchObject({ clean: true });
    expect(await second).toMatchObject({ clean: true });
    await other.query("COMMIT");
    await other.end();
    expect(await third).toMatchObject({ clean: true });
    expect(await rowsIn("locked", "s3.a")).toBe(10);
  });

  it("is its own where the schema is large, and one for the parts of a schema", async () => {
    await make("sizes", ["small", "large"]);
    await source.sql(
      "sizes",
      `DO $$ BEGIN FOR n IN 1..2000 LOOP EXECUTE format('CREATE DOMAIN large.d%s AS int', n); END LOOP; END $$`,
    );
    await source.sql(
      "sizes",
      "DO $$ DECLARE d text; BEGIN FOR n IN 1..2000 LOOP EXECUTE format('ALTER DOMAIN large.d%s OWNER TO shop', n); END LOOP; END $$",
    );
    const both = await Promise.all(["small", "large"].map((schema) => move(request("sizes", schema))));
    for (const each of both) expect(each).toMatchObject({ clean: true });
    expect(await dumps("sizes")).toBe(2);
    await make("parts", ["whole"]);
    await target.sql("parts", "CREATE SCHEMA one AUTHORIZATION shop; CREATE SCHEMA other AUTHORIZATION shop");
    const parts = await Promise.all(
      [
        ["one", "a"],
        ["other", "b"],
      ].map(([dataset = "", table = ""]) => {
        const whole = request("parts", "whole", { dataset, tables: [table] });
        return move({ ...whole, to: { ...whole.to, schema: dataset } });
      }),
    );
    for (const each of parts) expect(each).toMatchObject({ clean: true, tables: 1 });
    expect(await rowsIn("parts", "one.a")).toBe(10);
    expect(await dumps("parts")).toBe(1);
  });
});
