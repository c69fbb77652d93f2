import { move, planMove, release, retire, type MoveRequest } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../support/servers";
import { contents, leftovers, reversed } from "./dataset";
import { CLOUD, makePlainWorld } from "./plain-admin";
import { EXTENSIONS, richSchema } from "./rich-schema";

let a: TestServer;
let b: TestServer;
beforeAll(async () => {
  [a, b] = await Promise.all([startServer(), startServer()]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

const codes = async (request: MoveRequest): Promise<string[]> =>
  (await planMove(request)).findings.map((finding) => `${finding.level} ${finding.code}`);

describe("administrators that are no superusers", () => {
  it("move a rich schema, end the service's sessions, bring it back, and retire the old home", async () => {
    const request = await makePlainWorld(a, b, "rich", richSchema("core"), { before: EXTENSIONS });
    expect((await planMove(request)).findings).toEqual([]);
    const before = await contents(a, request.from);
    const busy = await a.connect("rich", { user: "rich_user", password: "no superuser's" });
    expect(await move(request)).toMatchObject({ clean: true });
    await expect(busy.query("SELECT 1")).rejects.toThrow();
    expect(await contents(b, request.to)).toEqual(before);
    expect(await leftovers(b, request.to)).toEqual([]);
    await b.sql(
      "rich",
      "SET search_path = new_home, public; INSERT INTO people (mail) VALUES ('since@x'); REFRESH MATERIALIZED VIEW totals",
    );
    const now = await contents(b, request.to);
    const back = reversed(request);
    expect(await move(back)).toMatchObject({ clean: true });
    expect(await contents(a, request.from)).toEqual(now);
    const query = { dataset: back.dataset, old: back.from, home: back.to };
    expect(await release(query)).toMatchObject({ released: true });
    await retire({ ...query, drop: "objects" });
    expect(await contents(b, request.to)).toEqual({});
  });

  it("move what lies in public, whose extensions stay there", async () => {
    const request = await makePlainWorld(a, b, "openly", richSchema("public"), {
      from: "public",
      before: EXTENSIONS,
    });
    expect(await codes(request)).toEqual([]);
    const before = await contents(a, request.from);
    expect(await move(request)).toMatchObject({ clean: true });
    expect(await contents(b, request.to)).toEqual(before);
  });

  it("are refused for text that does not fit, whether they could read it before or not", async () => {
    const request = await makePlainWorld(
      a,
      b,
      "narrow",
      "CREATE TABLE t (v text); INSERT INTO t VALUES ('€')",
    );
    await b.sql("postgres", "DROP DATABASE narrow");
    await b.sql(
      "postgres",
      "CREATE DATABASE narrow OWNER narrow_admin TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'",
    );
    await b.sql("narrow", "CREATE SCHEMA new_home AUTHORIZATION narrow_user");
    const refused = { code: "blocked", message: expect.stringContaining("[encoding-mismatch]") as string };
    await expect(move(request)).rejects.toMatchObject(refused);
    expect(await codes(request)).toContain("blocker encoding-mismatch");
    await a.sql("narrow", "TRUNCATE core.t");
    expect(await move(request)).toMatchObject({ clean: true });
  });

  const table = "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)";
  const forced = `${table}; ALTER TABLE t ENABLE ROW LEVEL SECURITY; ALTER TABLE t FORCE ROW LEVEL SECURITY`;
  const lacking: readonly [
    what: string,
    attributes: string,
    definitions: string,
    spoil: string,
    grant: string,
  ][] = [
    ["databases", "CREATEROLE", table, "", "ALTER ROLE lack_databases_admin CREATEDB"],
    ["memberships", "CREATEDB", table, "", "GRANT lack_memberships_user TO lack_memberships_admin"],
    ["rows", "CREATEROLE CREATEDB", forced, "", "ALTER ROLE lack_rows_admin BYPASSRLS"],
    [
      "schemas",
      CLOUD,
      table,
      "ALTER DATABASE lack_schemas OWNER TO postgres",
      "GRANT CREATE ON DATABASE lack_schemas TO lack_schemas_admin",
    ],
  ];
  it.each(lacking)(
    "are refused for want of %s, and what the plan says to run helps",
    async (what, attributes, definitions, spoil, grant) => {
      const name = `lack_${what}`;
      const request = await makePlainWorld(a, b, name, definitions, { attributes });
      for (const server of [a, b]) if (spoil !== "") await server.sql("postgres", spoil);
      const { findings } = await planMove(request);
      expect(new Set(findings.map((finding) => finding.code))).toEqual(new Set(["rights-missing"]));
      const said = findings.map(({ remedy }) => /^Run (.*) there as one who may\.$/.exec(remedy)?.[1] ?? "");
      expect(new Set(said.map((sql) => sql.replaceAll('"', "")))).toEqual(new Set([grant]));
      await expect(move(request)).rejects.toMatchObject({ code: "blocked" });
      for (const server of [a, b]) await server.sql(name, said[0] ?? "");
      expect(await move(request)).toMatchObject({ clean: true, rows: 1 });
    },
  );

  it("are refused where an extension needs a superuser", async () => {
    const request = await makePlainWorld(a, b, "untrusted", table, {
      before: "CREATE EXTENSION pageinspect",
    });
    const { findings } = await planMove(request);
    expect(findings).toMatchObject([
      { code: "rights-missing", message: expect.stringContaining("pageinspect") as string },
    ]);
  });

  it("leave sessions alone that they may not end, and say so", async () => {
    const request = await makePlainWorld(a, b, "signals", table);
    await a.sql(
      "signals",
      "REVOKE pg_signal_backend FROM signals_admin; CREATE ROLE reader LOGIN PASSWORD 'x'; GRANT USAGE ON SCHEMA core TO reader; GRANT SELECT ON core.t TO reader",
    );
    expect(await codes(request)).toEqual(["warning rights-sessions", "warning rights-not-carried"]);
    const reader = await a.connect("signals", { user: "reader", password: "x" });
    await reader.query("SELECT FROM core.t");
    await move(request);
    await expect(reader.query("SELECT FROM core.t")).rejects.toMatchObject({ code: "42501" });
    await reader.end();
  });
});

describe("on one server", () => {
  const PLAIN = `CREATE TYPE mood AS ENUM ('a'); CREATE TABLE t (id serial PRIMARY KEY, m mood); INSERT INTO t (m) SELECT 'a' FROM generate_series(1, 20);
    CREATE VIEW v AS SELECT * FROM t; CREATE FUNCTION f() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM t'`;
  const RANGE = `${PLAIN}; CREATE TYPE span AS RANGE (subtype = numeric); CREATE TABLE s (s span); INSERT INTO s VALUES ('[1,2)')`;
  const ways: readonly [strategy: string, name: string, definitions: string, into: "database" | "schema"][] =
    [
      ["set-schema", "within", PLAIN, "schema"],
      ["copy", "within_ranges", RANGE, "schema"],
      ["copy", "beside", RANGE, "database"],
      ["template", "beside_alone", PLAIN, "database"],
    ];
  it.each(ways)(
    "administrators that are no superusers move by %s (%s)",
    async (strategy, name, definitions, into) => {
      const there = await makePlainWorld(a, b, name, definitions);
      const { from } = there;
      await a.sql("postgres", `CREATE DATABASE ${name}_now OWNER ${from.server.user}`);
      const database = into === "schema" ? name : `${name}_now`;
      await a.sql(database, `CREATE SCHEMA new_home AUTHORIZATION ${from.owner}`);
      const to = {
        ...from,
        host: "new",
        database,
        schema: "new_home",
        ...(into === "database" ? { ownDatabase: true } : {}),
      };
      const request = { ...there, to };
      const before = await contents(a, from);
      const plan = await planMove(request);
      expect([plan.strategy, plan.findings]).toEqual([strategy, []]);
      expect(await move(request)).toMatchObject({ clean: true, strategy });
      expect(await contents(a, to)).toEqual(before);
      await move(reversed(request));
      expect(await contents(a, from)).toEqual(before);
    },
  );
});
