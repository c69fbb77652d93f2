import { ownObjects, syncObjects } from "../copy/large-objects";
import { fenceKey, findFence } from "../fence/fence";
import { closure, grantAgain } from "../fence/rights";
import { withFunctionPaths } from "../ddl/function-paths";
import { isNotFound } from "../errors";
import { readingPath } from "../inspect/schema";
import { qualified } from "../sql/quote";
import { rows, transaction } from "../sql/connect";
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
export async function refreshViews(run: Run): Promise<void> {
  const { source, target, request } = run;
  const populated = await rows<{ name: string }>(source, VIEWS, [request.from.schema]);
  const names = new Set(populated.map((row) => row.name));
  for (const { name } of await rows<{ name: string }>(target, VIEWS, [request.to.schema])) {
    if (names.has(name)) await refresh(run, name);
  }
}

/** As where it was made: its functions may rely on their caller's path. */
async function refresh(run: Run, view: string): Promise<void> {
  const { target, request, inspection } = run;
  const { schema } = request.to;
  const path = readingPath(schema, inspection.extensions);
  const work = (): Promise<void> =>
    asBeforeTheSeal(run, async () => {
      await target.query(`SET LOCAL search_path = ${path}`);
      await target.query(`REFRESH MATERIALIZED VIEW ${qualified(schema, view)}`);
    });
  try {
    await transaction(target, work);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    await transaction(target, () => withFunctionPaths(target, schema, path, work));
  }
}

/**
 * A view is filled with its owner's rights, and from a home that was left they are taken: given back for as long as this
 * takes. To be called in a transaction: nobody else ever sees it.
 */
async function asBeforeTheSeal({ target, request, fence }: Run, work: () => Promise<void>): Promise<void> {
  const left = await findFence(target, request.dataset, request.to.schema);
  if (left?.sealed !== true) return work();
  await grantAgain(target, left.restore_sql);
  await work();
  const { revoke } = await closure(target, request.to.schema, fence.relations);
  if (revoke.length > 0) await target.query(revoke.join("; "));
}

/** In the order in which they were made, so that each comes after those that it reads. */
const VIEWS = `SELECT c.relname::text AS name FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = $1 AND c.relkind = 'm' AND c.relispopulated ORDER BY c.oid`;
