import type pg from "pg";
import { batchesOf } from "../batches";
import { unlinkAll } from "../copy/large-objects";
import { journalHas } from "../journal/journal-has";
import { rows, transaction } from "../sql/connect";
import { grantAgain } from "./rights";

const BATCH = 200;

/**
 * Takes large objects from their users, so that nobody writes to them any more. No trigger fires when one is written to,
 * and whoever has opened one writes on: sessions are to be ended after it. May be called again.
 * @param key the fence's
 */
export async function holdObjects(client: pg.Client, key: number, oids: readonly number[]): Promise<void> {
  for (const batch of batchesOf(oids, BATCH)) {
    await transaction(client, async () => {
      const held = await rows<{ oid: string; grantees: string[] }>(
        client,
        `INSERT INTO rehome.held_object (key, oid, restore_sql)
         SELECT $1, l.oid, ARRAY[format('ALTER LARGE OBJECT %s OWNER TO %I', l.oid, pg_catalog.pg_get_userbyid(l.lomowner))]
           || ARRAY(SELECT format('GRANT %s ON LARGE OBJECT %s TO %s%s', acl.privilege_type, l.oid,
                CASE WHEN acl.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_catalog.pg_get_userbyid(acl.grantee)) END,
                CASE WHEN acl.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
              FROM pg_catalog.aclexplode(l.lomacl) acl WHERE acl.grantee <> l.lomowner)
         FROM pg_catalog.pg_largeobject_metadata l WHERE l.oid = ANY ($2::oid[])
         ON CONFLICT DO NOTHING
         RETURNING oid::int8::text AS oid, (SELECT coalesce(array_agg(DISTINCT
             CASE WHEN acl.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_catalog.pg_get_userbyid(acl.grantee)) END), '{}')
           FROM pg_catalog.pg_largeobject_metadata m, pg_catalog.aclexplode(m.lomacl) acl
           WHERE m.oid = held_object.oid AND acl.grantee <> m.lomowner) AS grantees`,
        [key, batch],
      );
      const statements = held.flatMap(({ oid, grantees }) => [
        `ALTER LARGE OBJECT ${oid} OWNER TO CURRENT_USER`,
        ...(grantees.length === 0
          ? []
          : [`REVOKE ALL ON LARGE OBJECT ${oid} FROM ${grantees.join(", ")} CASCADE`]),
      ]);
      if (statements.length > 0) await client.query(statements.join("; "));
    });
  }
}

/** Gives large objects back to those from whom a fence took them. */
export async function giveObjects(client: pg.Client, key: number): Promise<void> {
  if (!(await journalHas(client, "held_object"))) return;
  for (;;) {
    const more = await transaction(client, async () => {
      const held = await rows<{ there: boolean; restore_sql: string[] }>(
        client,
        `WITH batch AS (SELECT oid FROM rehome.held_object WHERE key = $1 ORDER BY oid LIMIT ${BATCH})
         DELETE FROM rehome.held_object h USING batch b WHERE h.key = $1 AND h.oid = b.oid
         RETURNING h.restore_sql, EXISTS (SELECT FROM pg_catalog.pg_largeobject_metadata l WHERE l.oid = h.oid) AS there`,
        [key],
      );
      await grantAgain(
        client,
        held.filter((row) => row.there).flatMap((row) => row.restore_sql),
      );
      return held.length === BATCH;
    });
    if (!more) return;
  }
}

/** Unlinks the large objects that a fence holds: they have moved away, and their home is emptied. */
export async function dropHeldObjects(client: pg.Client, key: number): Promise<void> {
  if (!(await journalHas(client, "held_object"))) return;
  await unlinkAll(client, `SELECT oid FROM rehome.held_object WHERE key = ${key}`);
  await client.query("DELETE FROM rehome.held_object WHERE key = $1", [key]);
}
