import type pg from "pg";
import { RehomeError } from "../errors";
import { NAMED_SCHEMA, ownRelation } from "../inspect/own-rows";
import { rows } from "../sql/connect";
import { fenceKey, findFence, type Fence } from "./fence";
import { FENCE_TRIGGER, fenceFunctionName } from "./fence-sql";

/**
 * The tables that a name is of, whatever their definitions: whoever drops one and makes it anew, makes others of them.
 * @param file whether a table that is rewritten is another one too, as truncating it does
 */
export async function tablesNow(
  client: pg.Client,
  { schema, relations }: Pick<Fence, "schema" | "relations">,
  { file }: { readonly file: boolean },
): Promise<string> {
  const [row] = await rows<{ tables: string | null }>(
    client,
    `WITH ${ownRelation(NAMED_SCHEMA)}
     SELECT pg_catalog.sum(pg_catalog.hashtextextended(
       concat_ws(' ', c.oid, c.relname, c.relnatts, CASE WHEN $3 THEN c.relfilenode END), 0))::text AS tables
     FROM pg_catalog.pg_class c WHERE c.oid IN (SELECT oid FROM own_table)
       AND c.relkind IN ('r', 'p') AND ($2::text[] IS NULL OR c.relname = ANY ($2))`,
    [schema, relations ?? null, file],
  );
  return row?.tables ?? "";
}

/** In which file each table's rows are. */
export async function filesNow(
  client: pg.Client,
  { schema }: Pick<Fence, "schema">,
): Promise<ReadonlyMap<string, string>> {
  const found = await rows<{ name: string; file: string }>(
    client,
    `WITH ${ownRelation(NAMED_SCHEMA)}
     SELECT c.relname::text AS name, c.relfilenode::int8::text AS file
     FROM pg_catalog.pg_class c WHERE c.oid IN (SELECT oid FROM own_table) AND c.relkind = 'r'`,
    [schema],
  );
  return new Map(found.map(({ name, file }) => [name, file]));
}

/** What a closed fence stands around: its tables with their files, and its triggers. One switched off and on again is another. */
async function standing(client: pg.Client, fence: Fence): Promise<string> {
  const tables = await tablesNow(client, fence, { file: true });
  const [row] = await rows<{ triggers: string | null }>(
    client,
    `SELECT pg_catalog.sum(pg_catalog.hashtextextended(concat_ws(' ', t.tgrelid, t.oid, t.xmin, t.tgenabled), 0))::text AS triggers
     FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
     WHERE t.tgname = $1 AND p.proname = $2 AND p.pronamespace = pg_catalog.to_regnamespace('rehome')`,
    [FENCE_TRIGGER, fenceFunctionName(fenceKey(fence.dataset, fence.schema))],
  );
  return `${tables} ${row?.triggers ?? ""}`;
}

/**
 * Notes what the fence stands around, when it has just been closed.
 * @returns whether it is what it stood around when it was last closed
 */
export async function noteTables(client: pg.Client, fence: Fence): Promise<boolean> {
  const now = await standing(client, fence);
  const before = await findFence(client, fence.dataset, fence.schema);
  await client.query("UPDATE rehome.fence SET standing = $2 WHERE key = $1", [before?.key, now]);
  return before?.standing === now;
}

/**
 * Rows that no trigger has seen: in tables that were made anew or rewritten since the fence was closed, or whose trigger was
 * switched off meanwhile. Definitions may be the same as ever.
 * @throws RehomeError `catalog-changed`
 */
export async function refuseOtherTables(client: pg.Client, fence: Fence): Promise<void> {
  const closed = await findFence(client, fence.dataset, fence.schema);
  // A fence that an earlier version has closed says nothing.
  if (typeof closed?.standing !== "string" || closed.standing === (await standing(client, fence))) return;
  throw new RehomeError(
    "catalog-changed",
    `tables of schema "${fence.schema}" were made anew or rewritten during the move, or their triggers switched off: rows may have come that no fence has seen. The service goes on there. Run it again when nobody alters them.`,
    { retryable: true },
  );
}
