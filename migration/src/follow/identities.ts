import type pg from "pg";
import { batchesOf } from "../batches";
import { withinLockTimeout } from "../fence/fence";
import { inspectFollowable } from "../inspect/followable";
import { schemaOid } from "../inspect/schema";
import { rows } from "../sql/connect";
import { qualified } from "../sql/quote";
import type { Link } from "./link";

/** Tables altered in one transaction: few, so that none of their writers waits for long. */
const BATCH = 10;

/** A table of its own, or a partition, that does not say its rows whole. */
const SHY = `
  SELECT DISTINCT l.relname::text AS name FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace AND n.nspname = $1
  CROSS JOIN LATERAL (SELECT c.oid AS relid UNION SELECT relid FROM pg_catalog.pg_partition_tree(c.oid)) t
  JOIN pg_catalog.pg_class l ON l.oid = t.relid AND l.relreplident = 'd' AND l.relnamespace = n.oid
  WHERE c.relname = ANY ($2) ORDER BY 1`;

/**
 * Has the publisher's tables without a key say each row whole, for nothing else tells their rows apart. What they said
 * before is remembered with the link. Each table is locked for a moment, never longer than the lock timeout.
 * @param tables names of those that are published
 * @throws RehomeError `fence-timeout` naming who is in the way
 */
export async function fullIdentities(
  client: pg.Client,
  { name, publisher: { schema } }: Link,
  tables: readonly string[],
  timeout: number,
): Promise<void> {
  const oid = (await schemaOid(client, schema)) ?? 0;
  const keyless = (await inspectFollowable(client, oid)).filter(
    (table) => tables.includes(table.name) && table.key.length === 0 && table.replicaIdentity !== "i",
  );
  const shy = await rows<{ name: string }>(client, SHY, [schema, keyless.map((table) => table.name)]);
  const names = shy.map((table) => qualified(schema, table.name));
  for (const batch of batchesOf(names, BATCH)) {
    await withinLockTimeout(client, schema, timeout, async () => {
      await client.query(
        "UPDATE rehome.link SET restore_sql = restore_sql || $2 WHERE name = $1 AND side = 'publisher'",
        [name, batch.map((table) => `ALTER TABLE IF EXISTS ${table} REPLICA IDENTITY DEFAULT`)],
      );
      for (const table of batch) await client.query(`ALTER TABLE ${table} REPLICA IDENTITY FULL`);
    });
  }
}

/** Gives the tables back what they said before. May be called again after it has been cut short. */
export async function restoreIdentities(
  client: pg.Client,
  { name, publisher }: Link,
  timeout: number,
): Promise<void> {
  const [row] = await rows<{ restore_sql: string[] }>(
    client,
    "SELECT restore_sql FROM rehome.link WHERE name = $1 AND side = 'publisher'",
    [name],
  );
  const statements = row?.restore_sql ?? [];
  for (const batch of batchesOf(statements, BATCH)) {
    await withinLockTimeout(client, publisher.schema, timeout, async () => {
      for (const sql of batch) await client.query(sql);
    });
  }
}
