import type pg from "pg";
import { batchesOf } from "../batches";
import { withinLockTimeout } from "../fence/fence";
import { RehomeError } from "../errors";
import { journalHas } from "../journal/journal-has";
import { rows } from "../sql/connect";
import { ident, literal, qualified } from "../sql/quote";
import { detachSql, facadeSql, truncateFunctionSql, type FacadeSchemas, type Followed } from "./facade-sql";

/** How the comment of a schema begins that holds nothing but facades. */
export const FACADES_OF = "Rehome: facades of ";

type Names = Pick<FacadeSchemas, "real" | "facade">;

/** Tables in one transaction: few, so that none of their writers waits for long. */
const BATCH = 10;

interface FacadeRow {
  readonly table_name: string;
  readonly facade_schema: string;
}

/** The facades that stand over a schema's tables for the links of one pair of placements. */
export async function findFacades(client: pg.Client, real: string, pair: string): Promise<FacadeRow[]> {
  return await rows<FacadeRow>(
    client,
    "SELECT table_name, facade_schema FROM rehome.facade WHERE schema_name = $1 AND pair = $2 ORDER BY table_name",
    [real, pair],
  );
}

/** Whether facades stand over a schema's tables, whosever they are. */
export async function hasFacades(client: pg.Client, real: string): Promise<boolean> {
  if (!(await journalHas(client, "facade"))) return false;
  return (await rows(client, "SELECT FROM rehome.facade WHERE schema_name = $1 LIMIT 1", [real])).length > 0;
}

/**
 * Puts a facade over each table that has none. Every table is locked for a moment, never longer than the lock timeout.
 * @throws RehomeError `fence-timeout` naming who is in the way; `facade-name-taken`
 */
export async function ensureFacades(
  client: pg.Client,
  schemas: FacadeSchemas,
  tables: readonly Followed[],
  timeout: number,
): Promise<void> {
  const there = new Set((await findFacades(client, schemas.real, schemas.pair)).map((row) => row.table_name));
  const wanted = tables.filter((table) => !there.has(table.name));
  if (wanted.length === 0) return;
  await refuseTaken(client, schemas);
  await client.query(truncateFunctionSql);
  await client.query(
    `CREATE SCHEMA IF NOT EXISTS ${ident(schemas.facade)}; COMMENT ON SCHEMA ${ident(schemas.facade)} IS ${literal(said(schemas))}`,
  );
  for (const batch of batchesOf(wanted, BATCH)) {
    await withinLockTimeout(client, schemas.real, timeout, async () => {
      for (const table of batch) {
        for (const sql of facadeSql(schemas, table)) await client.query(sql);
        await client.query(
          "INSERT INTO rehome.facade (schema_name, facade_schema, table_name, pair) VALUES ($1, $2, $3, $4)",
          [schemas.real, schemas.facade, table.name, schemas.pair],
        );
      }
    });
  }
}

/** What a schema of facades says of itself: nobody else's is taken for one. */
const said = ({ real }: Names): string => `${FACADES_OF}${real}`;

/** Whether facades may stand under that name in this database: the schema does not exist, or was made for them. */
export async function isFree(client: pg.Client, schemas: Names): Promise<boolean> {
  const [row] = await rows<{ free: boolean }>(
    client,
    `SELECT $1 <> 'public' AND NOT EXISTS (SELECT FROM pg_catalog.pg_namespace n WHERE n.nspname = $1
       AND pg_catalog.obj_description(n.oid, 'pg_namespace') IS DISTINCT FROM $2) AS free`,
    [schemas.facade, said(schemas)],
  );
  return row?.free === true;
}

async function refuseTaken(client: pg.Client, schemas: FacadeSchemas): Promise<void> {
  if (await isFree(client, schemas)) return;
  const { facade } = schemas;
  throw new RehomeError(
    "facade-name-taken",
    `this database already has a schema "${facade}", so that the tables cannot be followed under that name. Use mode: offline, or another schema name for the new home.`,
  );
}

/** Takes every facade of a pair of placements off a schema's tables. May be called again after it has been cut short. */
export async function dropFacades(
  client: pg.Client,
  real: string,
  pair: string,
  timeout: number,
): Promise<void> {
  const found = await findFacades(client, real, pair);
  const schemas = new Set(found.map((row) => row.facade_schema));
  for (const { table_name: table, facade_schema: facade } of found) {
    await withinLockTimeout(client, real, timeout, async () => {
      for (const leaf of await attachedTo(client, facade, table))
        for (const sql of detachSql(qualified(facade, table), leaf)) await client.query(sql);
      await refuseAttached(client, facade, table);
      await client.query(`DROP TABLE IF EXISTS ${qualified(facade, table)}`);
      await client.query("DELETE FROM rehome.facade WHERE schema_name = $1 AND table_name = $2", [
        real,
        table,
      ]);
    });
  }
  for (const schema of schemas) await dropEmptySchema(client, schema);
}

/**
 * What a facade stands over, quoted: its service may have given it another name, or another schema. A table that was dropped
 * meanwhile took itself off.
 */
async function attachedTo(client: pg.Client, facade: string, table: string): Promise<string[]> {
  const found = await rows<{ schema: string; name: string }>(
    client,
    `SELECT n.nspname::text AS schema, c.relname::text AS name FROM pg_catalog.pg_inherits i
     JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE i.inhparent = pg_catalog.to_regclass($1)`,
    [qualified(facade, table)],
  );
  return found.map(({ schema, name }) => qualified(schema, name));
}

/** The net under `dropFacades`: dropping a facade that still has a partition would drop the real table. */
async function refuseAttached(client: pg.Client, facade: string, table: string): Promise<void> {
  const [row] = await rows<{ n: number }>(
    client,
    "SELECT count(*)::int AS n FROM pg_catalog.pg_inherits WHERE inhparent = pg_catalog.to_regclass($1)",
    [qualified(facade, table)],
  );
  if (row?.n === 0) return;
  throw new RehomeError(
    "facade-attached",
    `facade ${facade}.${table} still has a partition, and is not dropped.`,
  );
}

/** Only a schema that was made for facades, and that nothing else has moved into since. */
async function dropEmptySchema(client: pg.Client, schema: string): Promise<void> {
  const [row] = await rows<{ ours: boolean }>(
    client,
    `SELECT obj_description(n.oid, 'pg_namespace') LIKE '${FACADES_OF}%' AND NOT EXISTS
       (SELECT FROM pg_catalog.pg_class c WHERE c.relnamespace = n.oid) AS ours
     FROM pg_catalog.pg_namespace n WHERE n.nspname = $1`,
    [schema],
  );
  if (row?.ours === true) await client.query(`DROP SCHEMA ${ident(schema)}`);
}
