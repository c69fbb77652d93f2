import type pg from "pg";
import { rows } from "../sql/connect";

/** Whether the journal of a database has a table: there may be no journal, or one that an earlier version has made. */
export async function journalHas(client: pg.Client, table: string): Promise<boolean> {
  const [row] = await rows<{ found: boolean }>(
    client,
    "SELECT pg_catalog.to_regclass('rehome.' || $1) IS NOT NULL AS found",
    [table],
  );
  return row?.found === true;
}
