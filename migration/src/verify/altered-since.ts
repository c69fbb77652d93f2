import type pg from "pg";
import { NAMED_SCHEMA, ownRelation } from "../inspect/own-rows";
import { open, rows } from "../sql/connect";
import { snapshotSql } from "../sql/snapshot";
import type { Endpoint } from "../types";

/** What became of a table: `gone` by its name or its columns, `rewritten` where its rows are in another file. */
export type Altered = "gone" | "rewritten";

interface Table {
  readonly name: string;
  readonly oid: string;
  readonly file: string;
  /** Each by number, name and type. */
  readonly columns: readonly string[];
}

const TABLES = `
  WITH ${ownRelation(NAMED_SCHEMA)}
  SELECT c.relname::text AS name, c.oid::int8::text AS oid, c.relfilenode::int8::text AS file,
    ARRAY(SELECT concat_ws(' ', a.attnum, a.attname, a.atttypid, a.atttypmod) FROM pg_catalog.pg_attribute a
          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns
  FROM pg_catalog.pg_class c WHERE c.oid IN (SELECT oid FROM own_table) AND c.relkind = 'r'`;

const tablesIn = async (client: pg.Client, schema: string): Promise<readonly Table[]> =>
  await rows<Table>(client, TABLES, [schema]);

/**
 * The tables of a home that its service has altered since a snapshot was taken. Of these the snapshot shows too little: it
 * reads what a table holds now, and to it a table that was truncated or rewritten since is empty (manual, "Caveats" of
 * concurrency control). Columns that were added hide nothing.
 */
export async function alteredSince(
  { server, database, schema }: Pick<Endpoint, "server" | "database" | "schema">,
  snapshot: string,
): Promise<ReadonlyMap<string, Altered>> {
  const client = await open(server, database);
  try {
    await client.query(snapshotSql(snapshot));
    const then = await tablesIn(client, schema);
    await client.query("COMMIT");
    const now = new Map((await tablesIn(client, schema)).map((table) => [table.name, table]));
    return new Map(then.flatMap((table) => entryOf(table, now.get(table.name))));
  } finally {
    await client.end().catch(() => undefined);
  }
}

function entryOf(then: Table, now: Table | undefined): [string, Altered][] {
  if (now?.oid !== then.oid || then.columns.some((column) => !now.columns.includes(column)))
    return [[then.name, "gone"]];
  return now.file === then.file ? [] : [[then.name, "rewritten"]];
}
