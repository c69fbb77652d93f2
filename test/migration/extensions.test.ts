import { move, planMove } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";
import { contents, makeWorld, reversed, value } from "./dataset";

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

const TABLES = `CREATE TABLE people (mail citext PRIMARY KEY, tags hstore, during tsrange, room int, EXCLUDE USING gist (room WITH =, during WITH &&));
  CREATE INDEX ON people USING gin (tags); CREATE INDEX ON people USING gin ((mail::text) gin_trgm_ops);
  CREATE FUNCTION found(m citext) RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM people WHERE mail = m AND tags ? m::text';
  CREATE VIEW tagged AS SELECT mail, akeys(tags) AS keys FROM people WHERE tags ? 'a' AND mail IN ('x', 'Y');
  INSERT INTO people VALUES ('X', 'a=>1,X=>2,x=>3', '[2024-01-01,2024-02-01)', 1), ('y', '', NULL, 2);`;
const ALL = ["citext", "hstore", "btree_gist", "pg_trgm"];
const install = (schema: string): string =>
  ALL.map((name) => `CREATE EXTENSION ${name} SCHEMA ${schema}`).join("; ");

const places = [
  { where: "the moving schema", name: "ext_inside", from: "core", schema: "core", home: "public" },
  { where: "public, which moves", name: "ext_public", from: "public", schema: "public", home: "public" },
  { where: "a schema of their own", name: "ext_apart", from: "core", schema: "ext", home: "ext" },
];

describe.each(places)("extensions in $where", ({ name, from, schema, home }) => {
  it("are there for the new home's objects, and again for the old one's", async () => {
    const before = `CREATE SCHEMA IF NOT EXISTS ${schema}; ${install(schema)}; ${schema === "ext" ? "GRANT USAGE ON SCHEMA ext TO PUBLIC;" : ""} SET search_path = ${schema}`;
    const tables = `SET search_path = ${from}, ${schema}; ${TABLES}`;
    const { request } = await makeWorld(a, b, name, tables, { from, before });
    const rows = await contents(a, request.from).catch(() => undefined);
    expect((await planMove(request)).findings).toEqual([]);
    await move(request);
    expect(
      await value<string>(
        b,
        name,
        "SELECT string_agg(DISTINCT extnamespace::regnamespace::text, ',') FROM pg_extension WHERE extname <> 'plpgsql'",
      ),
    ).toBe(home);
    const path = `SET search_path = new_home, ${home}`;
    expect(await value<string>(b, name, `${path}; SELECT found('x')`)).toBe("1");
    expect(await value(b, name, `${path}; SELECT count(*)::int FROM tagged WHERE mail = 'x'`)).toBe(1);
    if (schema !== "ext") expect(await contents(b, request.to)).toEqual(rows);
    await move(reversed(request));
    expect(await value<string>(a, name, `SET search_path = ${from}, ${schema}; SELECT found('X')`)).toBe("1");
  });
});

describe("an extension that cannot change its schema", () => {
  it("is refused in the moving schema, by its name", async () => {
    const { request } = await makeWorld(a, b, "ext_fixed", "CREATE TABLE t (id int)", {
      from: "core",
      before: "CREATE EXTENSION xml2 SCHEMA core",
    });
    const { findings } = await planMove(request);
    expect(findings.map(({ code }) => code)).toEqual(["extension-fixed"]);
    expect(findings[0]?.message).toContain('xml2 cannot change its schema from "core" to "public"');
    await expect(move(request)).rejects.toMatchObject({ code: "blocked" });
  });

  it("goes along elsewhere", async () => {
    const { request } = await makeWorld(
      a,
      b,
      "ext_free",
      "CREATE VIEW v AS SELECT xpath_string('<a>1</a>', '/a') AS x",
      {
        from: "core",
        before: "CREATE EXTENSION xml2 SCHEMA public",
      },
    );
    await move(request);
    expect(await value<string>(b, "ext_free", "SELECT x FROM new_home.v")).toBe("1");
  });
});
