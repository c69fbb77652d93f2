import { ownObjects, syncObjects } from "../copy/large-objects";
import { fenceKey } from "../fence/fence";
import { ident } from "../sql/quote";
import { rows } from "../sql/connect";
import type { Run } from "../stages/run";

/**
 * Large objects, which no replication carries: made equal by comparing them, at any time. Those that a home holds since
 * it was left count as this migration's own.
 */
export async function syncFollowedObjects(run: Run): Promise<void> {
  const { target, request, migration } = run;
  await target.query(
    `INSERT INTO rehome.moved_object (migration, oid) SELECT $1, h.oid FROM rehome.held_object h
     JOIN pg_catalog.pg_largeobject_metadata l ON l.oid = h.oid WHERE h.key = $2 ON CONFLICT DO NOTHING`,
    [migration.id, fenceKey(request.dataset, request.to.schema)],
  );
  await syncObjects(run, await ownObjects(run));
}

/** Materialized views are filled on each side by itself: nobody reads the new home's yet, so they are filled anew. */
export async function refreshViews({ source, target, request }: Run): Promise<void> {
  const populated = await rows<{ name: string }>(source, VIEWS, [request.from.schema]);
  const names = new Set(populated.map((row) => row.name));
  for (const { name } of await rows<{ name: string }>(target, VIEWS, [request.to.schema])) {
    if (names.has(name))
      await target.query(`REFRESH MATERIALIZED VIEW ${ident(request.to.schema)}.${ident(name)}`);
  }
}

/** In the order in which they were made, so that each comes after those that it reads. */
const VIEWS = `SELECT c.relname::text AS name FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = $1 AND c.relkind = 'm' AND c.relispopulated ORDER BY c.oid`;
