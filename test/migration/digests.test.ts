import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SMALL, unitsOf } from "../../migration/src/copy/units";
import { inspectRelations, type Relation } from "../../migration/src/inspect/relations";
import { digestsSql, pageRange } from "../../migration/src/verify/digest";
import { startServer, type TestServer } from "../support/servers";

describe("units of work", () => {
  it("have each table once, the big ones alone and before the small ones, and something for each worker", () => {
    const tables = fc.array(fc.record({ bytes: fc.nat(3 * SMALL) }), { maxLength: 2000 });
    fc.assert(
      fc.property(tables, fc.integer({ min: 1, max: 8 }), (all, jobs) => {
        const units = unitsOf(all, jobs);
        expect(units.flat()).toHaveLength(all.length);
        expect(new Set(units.flat())).toEqual(new Set(all));
        const big = all.filter(({ bytes }) => bytes >= SMALL).length;
        expect(units.slice(0, big).every((unit) => unit.length === 1)).toBe(true);
        expect(units.every((unit) => unit.length > 0 && unit.length <= 200)).toBe(true);
        expect(units.length).toBeGreaterThanOrEqual(Math.min(all.length, jobs));
      }),
      { numRuns: 50 },
    );
  });
});

describe("digests", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.stop());

  const relationsOf = async (schema: string): Promise<Relation[]> => {
    const client = await server.connect("postgres");
    try {
      const found = await client.query<{ oid: number }>("SELECT $1::regnamespace::oid::int AS oid", [schema]);
      return (await inspectRelations(client, found.rows[0]?.oid ?? 0)).filter(({ kind }) => kind === "r");
    } finally {
      await client.end();
    }
  };
  const options = { method: "checksum", converted: false } as const;
  type Digest = { at: number; rows: string; hash: string };

  it("of parts add up to the table's, however many there are", async () => {
    await server.sql(
      "postgres",
      "CREATE SCHEMA p; CREATE TABLE p.t (id int, v text); INSERT INTO p.t SELECT i, md5(i::text) FROM generate_series(1, 20000) i",
    );
    const [table] = await relationsOf("p");
    if (table === undefined) throw new Error("no table");
    const [whole] = await server.sql<Digest>("postgres", digestsSql("p", [table], options));
    expect(whole?.rows).toBe("20000");
    // Pages as they were counted, and as they would have been before the table grew.
    for (const [pages, parts] of [
      [164, 3],
      [100, 7],
      [1, 2],
      [0, 4],
    ] as const) {
      let [rows, hash] = [0n, 0n];
      for (let part = 0; part < parts; part += 1) {
        const within = pageRange(pages, part, parts);
        const [one] = await server.sql<Digest>("postgres", digestsSql("p", [{ ...table, within }], options));
        rows += BigInt(one?.rows ?? 0);
        hash += BigInt(one?.hash ?? 0);
      }
      expect({ rows, hash }).toEqual({ rows: 20000n, hash: BigInt(whole?.hash ?? 0) });
    }
  });

  it("tell apart what equality does not: zeros, scales, blanks, cases, months and values in other rows", async () => {
    const one = `('a', 'a ', 1.0, 0.0::float8, '1 mon'::interval, 1, 'x', true, '{1,2}'::int[], NULL)`;
    const others = {
      blank: one.replace("'a '", "'a'"),
      scale: one.replace("1.0,", "1.00,"),
      sign: one.replace("0.0::float8", "'-0.0'::float8"),
      interval: one.replace("1 mon", "30 days"),
      dimensions: one.replace("'{1,2}'", "'{{1,2}}'"),
      case: one.replace("'x'", "'X'"),
      nullness: one.replace("NULL", "0"),
    };
    const columns = `(c text, b bpchar, n numeric, f float8, i interval, k int4, l text COLLATE "C", t bool, a int[], z int8)`;
    await server.sql(
      "postgres",
      `CREATE SCHEMA e; CREATE TABLE e.one ${columns}; INSERT INTO e.one VALUES ${one}`,
    );
    for (const [name, row] of Object.entries(others))
      await server.sql(
        "postgres",
        `CREATE TABLE e."${name}" ${columns}; INSERT INTO e."${name}" VALUES ${row}`,
      );
    await server.sql(
      "postgres",
      `CREATE TABLE e.pairs (k int4, v text); INSERT INTO e.pairs VALUES (1, 'a'), (2, 'b');
       CREATE TABLE e.crossed (k int4, v text); INSERT INTO e.crossed VALUES (1, 'b'), (2, 'a')`,
    );
    const tables = await relationsOf("e");
    expect(tables.find(({ name }) => name === "one")?.hashed).toEqual(["c", "k", "l", "t", "z"]);
    const found = await server.sql<Digest>("postgres", digestsSql("e", tables, options));
    const hashes = found.map(({ hash }) => hash);
    expect(new Set(hashes).size).toBe(tables.length);
  });

  it("go by text where a collation takes different text for equal", async () => {
    await server.sql(
      "postgres",
      `CREATE SCHEMA n; CREATE COLLATION n.blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
       CREATE TABLE n.a (v text COLLATE n.blind, w varchar(3), x char(3)); INSERT INTO n.a VALUES ('abc', 'a', 'a');
       CREATE TABLE n.b (v text COLLATE n.blind, w varchar(3), x char(3)); INSERT INTO n.b VALUES ('ABC', 'a', 'a')`,
    );
    const tables = await relationsOf("n");
    expect(tables.map(({ hashed }) => hashed)).toEqual([
      ["w", "x"],
      ["w", "x"],
    ]);
    const [a, b] = await server.sql<Digest>("postgres", digestsSql("n", tables, options));
    expect(a?.hash).not.toBe(b?.hash);
  });
});
