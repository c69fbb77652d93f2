import { syncObjects, movedObjects, ownObjects } from "../copy/large-objects";
import { RehomeError } from "../errors";
import { fenceKey } from "../fence/fence";
import { holdObjects } from "../fence/held-objects";
import { placementName } from "../naming";
import { rows } from "../sql/connect";
import { differingObjects } from "../verify/large-objects";
import type { Run } from "./run";

/** `$1` a moment, `$2` the owner's name, `$3` the fence's key. */
const OPENERS = `
  SELECT pg_catalog.pg_terminate_backend(a.pid) FROM pg_catalog.pg_stat_activity a JOIN pg_catalog.pg_roles r ON r.oid = a.usesysid
  WHERE a.datname = pg_catalog.current_database() AND a.backend_type = 'client backend' AND a.xact_start < $1::timestamptz
    AND a.pid <> pg_catalog.pg_backend_pid() AND NOT r.rolsuper AND a.application_name NOT LIKE 'rehome%'
    AND (EXISTS (SELECT FROM pg_catalog.pg_roles o WHERE o.rolname = $2 AND pg_catalog.pg_has_role(r.oid, o.oid, 'MEMBER'))
         OR EXISTS (SELECT FROM (SELECT DISTINCT substring(sql FROM ' TO (.*?)( WITH GRANT OPTION)?$') AS grantee
                                 FROM rehome.held_object h, unnest(h.restore_sql) sql WHERE h.key = $3 AND sql LIKE 'GRANT %') g
                    WHERE g.grantee IN ('PUBLIC', quote_ident(r.rolname))))`;

/** How long sessions that were ended may take to be gone. */
const GONE_MS = 30_000;

/**
 * The last word on large objects, between the seal and the hand-out. Tables are fenced, but whoever had opened an object
 * could write to it until now: the objects are taken from their users, the sessions ended, and what was written since the
 * copy goes along. Until this is done nobody is told of the new home; a run that is cut short does it again.
 * @throws RehomeError `large-objects-differ`, `sessions-in-the-way`
 */
export async function settleObjects(
  run: Pick<Run, "request" | "source" | "target" | "migration" | "inspection">,
): Promise<void> {
  const { request, source, target } = run;
  const oids = [...new Set([...(await movedObjects(run)), ...(await ownObjects(run))])];
  if (oids.length === 0) return;
  const key = fenceKey(request.dataset, request.from.schema);
  await holdObjects(source, key, oids);
  await endOpeners(run, key);
  await syncObjects(run, oids);
  const differing = await differingObjects(source, target, oids);
  if (differing.length === 0) return;
  throw new RehomeError(
    "large-objects-differ",
    `${differing.length} large objects of ${placementName(request.to)} are not what they are in ${placementName(request.from)}, which is fenced: ${differing.slice(0, 5).join(", ")}. A superuser writes to them; end that, and run it again.`,
    { retryable: true },
  );
}

/** Ends the transactions of the objects' former users that began before these were held: later ones open none. */
async function endOpeners({ request, source }: Pick<Run, "request" | "source">, key: number): Promise<void> {
  const end = Date.now() + GONE_MS;
  const [held] = await rows<{ at: string }>(source, "SELECT clock_timestamp()::text AS at");
  for (;;) {
    const found = await rows(source, OPENERS, [held?.at, request.from.owner, key]);
    if (found.length === 0) return;
    if (Date.now() > end) {
      throw new RehomeError(
        "sessions-in-the-way",
        `sessions in ${placementName(request.from)} do not end, and may hold large objects open. End them, and run it again.`,
        { retryable: true },
      );
    }
    await rows(source, "SELECT pg_catalog.pg_sleep(0.05)");
  }
}
