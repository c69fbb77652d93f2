import type pg from "pg";
import { rows, transaction } from "../sql/connect";

/** In the order in which their references allow them to be filled. */
const TABLES = [
  "migration",
  "copied_table",
  "statement",
  "restored",
  "verified_table",
  "verified_sequence",
  "event",
  "finding",
  "sample",
  "fence",
  "written",
  "link",
  "facade",
] as const;

/**
 * Takes a journal over into another database that is about to stand in for this one's. A fence of the dataset itself stays
 * behind: what it closed is not there any more.
 */
export async function transplantJournal(
  from: pg.Client,
  to: pg.Client,
  left: { readonly dataset: string; readonly schema: string },
): Promise<void> {
  await transaction(to, async () => {
    for (const table of TABLES) {
      const own = table === "fence" ? " WHERE NOT (dataset = $1 AND schema_name = $2)" : "";
      const [row] = await rows<{ content: string }>(
        from,
        `SELECT coalesce(json_agg(t), '[]')::text AS content FROM rehome.${table} t${own}`,
        own === "" ? [] : [left.dataset, left.schema],
      );
      await to.query(
        `INSERT INTO rehome.${table} SELECT * FROM json_populate_recordset(NULL::rehome.${table}, $1::json)`,
        [row?.content ?? "[]"],
      );
    }
  });
}
