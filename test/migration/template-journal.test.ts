import { move } from "@rehome/migration";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensureJournal } from "../../migration/src/journal/journal";
import { startServer, type TestServer } from "../support/servers";
import { leftovers, makeWorld, reversed, value } from "./dataset";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
  await server.sql("postgres", "CREATE ROLE reader; CREATE ROLE stranger");
});
afterAll(() => server.stop());

/** Makes a journal in a database, and in it a dataset that came here earlier with rows and an event. */
async function earlier(database: string, dataset: string): Promise<void> {
  const client = await server.connect(database);
  await ensureJournal(client);
  await client.end();
  await server.sql(
    database,
    `INSERT INTO rehome.migration (id, dataset, source, target, strategy, state, stage, switched_at)
     VALUES (gen_random_uuid(), '${dataset}', 's', 't', 'copy', 'switched', 'switch', now());
     INSERT INTO rehome.event (migration, stage, message) SELECT id, 'copy', '${dataset}' FROM rehome.migration;
     INSERT INTO rehome.copied_table (migration, table_name, rows, bytes, seconds) SELECT id, 't', 1, 1, 1 FROM rehome.migration`,
  );
}

const journalOf = (database: string): Promise<Record<string, unknown>[]> =>
  server.sql(
    database,
    `SELECT dataset, (SELECT count(*)::int FROM rehome.copied_table c WHERE c.migration = m.id) AS copied,
       (SELECT count(*)::int FROM rehome.event e WHERE e.migration = m.id AND e.message = m.dataset) AS said
     FROM rehome.migration m ORDER BY started_at`,
  );

/** What of the old home's journal is there beside rows: functions, fences, owners and rights of others. */
const others = (database: string): Promise<Record<string, unknown>[]> =>
  server.sql(
    database,
    `SELECT 'function ' || proname AS what FROM pg_proc WHERE pronamespace = 'rehome'::regnamespace
     UNION ALL SELECT 'fence of ' || dataset FROM rehome.fence
     UNION ALL SELECT 'written ' || table_name FROM rehome.written
     UNION ALL SELECT 'owner ' || relowner::regrole FROM pg_class
       WHERE relnamespace = 'rehome'::regnamespace AND relowner <> 'postgres'::regrole
     UNION ALL SELECT 'schema''s owner ' || nspowner::regrole FROM pg_namespace
       WHERE nspname = 'rehome' AND nspowner <> 'postgres'::regrole
     UNION ALL SELECT 'a right on ' || relname FROM pg_class WHERE relnamespace = 'rehome'::regnamespace
       AND has_table_privilege('reader', oid, 'SELECT') AND relkind IN ('r', 'v')
     UNION ALL SELECT 'a right on a column of ' || attrelid::regclass FROM pg_attribute
       WHERE attacl IS NOT NULL AND attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'rehome'::regnamespace)
     UNION ALL SELECT 'a right on the schema' WHERE has_schema_privilege('reader', 'rehome', 'USAGE')`,
  );

describe("the journal of a database that was copied file by file", () => {
  it.each([
    ["emptied", ""],
    ["rights on a view", "GRANT USAGE ON SCHEMA rehome TO reader; GRANT SELECT ON rehome.tracking TO reader"],
    ["rights on the schema", "GRANT USAGE ON SCHEMA rehome TO reader"],
    ["rights on a column", "GRANT SELECT (id) ON rehome.migration TO reader"],
    ["rights for all", "GRANT SELECT ON rehome.event TO PUBLIC"],
    ["another owner of a table", "ALTER TABLE rehome.sample OWNER TO stranger"],
    ["another owner of all", "ALTER SCHEMA rehome OWNER TO stranger"],
  ])("is the new home's, and says nothing of the old one: %s", async (what, spoil) => {
    const name = what.replaceAll(" ", "_");
    const { request, login } = await makeWorld(
      server,
      server,
      name,
      "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 100)",
      { from: "core", into: `${name}_new` },
    );
    await earlier(name, "of the old");
    await earlier(`${name}_new`, "of the new");
    if (spoil !== "") await server.sql(name, spoil);

    expect(await move(request)).toMatchObject({ strategy: "template", clean: true });
    const moved = { dataset: name, copied: 0, said: 0 };
    const history = [{ dataset: "of the new", copied: 1, said: 1 }, moved];
    expect(await journalOf(`${name}_new`)).toEqual(history);
    expect(await others(`${name}_new`)).toEqual([]);
    expect(await leftovers(server, request.to)).toEqual([]);
    await server.sql(`${name}_new`, "INSERT INTO new_home.t VALUES (101)", login);

    // Both homes are told of both moves when it is on its way back, by the same way.
    expect(await move(reversed(request))).toMatchObject({ strategy: "template", clean: true });
    expect((await journalOf(name)).map(({ dataset }) => dataset)).toEqual(["of the old", name]);
    expect(await value<string>(server, name, "SELECT count(*) FROM core.t")).toBe("101");
    await server.sql(name, "INSERT INTO core.t VALUES (102)", login);
  });
});
