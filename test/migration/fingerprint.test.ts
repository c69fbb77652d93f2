import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  catalogEntries,
  catalogFingerprint,
  fingerprint,
  type CatalogPlace,
} from "../../migration/src/inspect/fingerprint";
import { ident, literal } from "../../migration/src/sql/quote";
import { startServer, type TestServer } from "../support/servers";
import { HOSTILE } from "./hostile-schema";
import { legacySql } from "./objects/legacy";
import { makeWorld } from "./dataset";

const DATABASE = "prints";
const schema = 'The "old".home';
/** Texts whose form as JSON is not the same in all hands, or whose order is not the same by all rules. */
const ODD = [
  "\b\f\n\r\t\u0001\u001f\u007f",
  'a"b\\c/d',
  "\u2028\u2029 \u00e9 e\u0301 \ud83d\ude00 \uffff",
  "A a B b _ -",
];

const tableOf = (text: string, index: number): string => `${ident(schema)}.${ident(`${index} ${text}`)}`;

let server: TestServer;
let client: pg.Client;
let at: CatalogPlace;

const oidOf = async (name: string): Promise<number> => {
  const { rows } = await client.query<{ oid: number }>(
    "SELECT oid::int8::int AS oid FROM pg_namespace WHERE nspname = $1",
    [name],
  );
  return rows[0]?.oid ?? 0;
};

beforeAll(async () => {
  server = await startServer();
  await makeWorld(server, server, DATABASE, legacySql(ident(schema)), {
    from: schema,
    to: "elsewhere",
    into: "elsewhere",
  });
  const tables = [...HOSTILE, ...ODD].map(
    (text, index) => `
      CREATE TABLE ${tableOf(text, index)} ("é" text DEFAULT ${literal(text)}, CHECK ("é" IN ('a', ${literal(text)})));
      COMMENT ON TABLE ${tableOf(text, index)} IS ${literal(text)}`,
  );
  await server.sql(DATABASE, tables.join(";"));
  client = new pg.Client({ ...server.connection, database: DATABASE });
  await client.connect();
  at = { schema, oid: await oidOf(schema), extensionSchemas: ["public"] };
});
afterAll(async () => {
  await client.end();
  await server.stop();
});

describe("a schema's fingerprint", () => {
  it("is the same from the server as from the definitions it prints", async () => {
    const entries = await catalogEntries(client, at);
    expect(entries.length).toBeGreaterThan(200);
    expect(await catalogFingerprint(client, at)).toBe(fingerprint(entries));
  });

  it("is another one when a definition is another, and the first one again when that is taken back", async () => {
    const before = await catalogFingerprint(client, at);
    await client.query("BEGIN");
    await client.query(`ALTER TABLE ${tableOf(HOSTILE[0] ?? "", 0)} ALTER "é" DROP DEFAULT`);
    expect(await catalogFingerprint(client, at)).not.toBe(before);
    await client.query("ROLLBACK");
    expect(await catalogFingerprint(client, at)).toBe(before);
  });

  it("of a schema without anything is that of nothing", async () => {
    await client.query("CREATE SCHEMA bare");
    const oid = await oidOf("bare");
    const bare = { schema: "bare", oid, extensionSchemas: [] };
    expect(await catalogFingerprint(client, bare)).toBe(fingerprint([]));
  });
});
