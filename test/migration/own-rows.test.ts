import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NAMED_SCHEMA, OWN, ownRelation } from "../../migration/src/inspect/own-rows";
import { ident } from "../../migration/src/sql/quote";
import { startServer, type TestServer } from "../support/servers";
import { makeWorld } from "./dataset";
import { legacySql } from "./objects/legacy";
import { superuserSql } from "./objects/types";

let server: TestServer;
const schema = 'The "old".home';
beforeAll(async () => {
  server = await startServer();
  const world = await makeWorld(server, server, "own_rows", legacySql(ident(schema)), {
    from: schema,
    to: "elsewhere",
    into: "elsewhere",
  });
  await server.sql("own_rows", superuserSql(ident(schema), ident(world.login.user)));
});
afterAll(() => server.stop());

const CATALOGS = [
  ["pg_class", "relnamespace"],
  ["pg_type", "typnamespace"],
  ["pg_proc", "pronamespace"],
  ["pg_operator", "oprnamespace"],
  ["pg_opclass", "opcnamespace"],
  ["pg_opfamily", "opfnamespace"],
  ["pg_collation", "collnamespace"],
  ["pg_conversion", "connamespace"],
  ["pg_ts_config", "cfgnamespace"],
  ["pg_ts_dict", "dictnamespace"],
  ["pg_statistic_ext", "stxnamespace"],
  ["pg_constraint", "connamespace"],
] as const;

const oidsOf = async (sql: string): Promise<number[]> =>
  (await server.sql<{ oid: number }>("own_rows", `${sql} ORDER BY 1`)).map(({ oid }) => oid);

describe("a schema's rows, found by what depends on it", () => {
  it.each(CATALOGS)("are those of %s whose %s it is", async (catalog, column) => {
    const [oid] = await oidsOf(`SELECT oid FROM pg_namespace WHERE nspname = '${schema}'`);
    const scanned = await oidsOf(`SELECT oid FROM ${catalog} WHERE ${column} = ${oid}`);
    const own = OWN.replaceAll("$1::oid", String(oid));
    const found = await oidsOf(`WITH ${own} SELECT oid FROM own WHERE classid = '${catalog}'::regclass`);
    expect(found).toEqual(scanned);
    expect(found.length).toBeGreaterThan(0);
  });

  it("are the same ones by the schema's name", async () => {
    const by = NAMED_SCHEMA.replaceAll("$1", `'${schema}'`);
    const found = await oidsOf(`WITH ${ownRelation(by)} SELECT oid FROM own_relation`);
    const kinds = "relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = '" + schema + "')";
    expect(found).toEqual(await oidsOf(`SELECT oid FROM pg_class WHERE ${kinds}`));
  });
});
