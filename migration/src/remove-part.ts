import type pg from "pg";
import { emptySchema } from "./ddl/empty-schema";
import { reassign } from "./ddl/relocate";
import { RehomeError } from "./errors";
import { journalHas } from "./journal/journal-has";
import { withSchemaLock } from "./journal/locks";
import { provenTables } from "./moved-tables";
import { placementName } from "./naming";
import type { ReleaseQuery } from "./release";
import { isAlone, isFree, usersOf } from "./scope/arrival";
import { isTable } from "./scope/scope";
import { readStanding, type Standing } from "./scope/standing";
import { rows, withSession } from "./sql/connect";

type PartQuery = ReleaseQuery & { readonly tables: readonly string[] };

/**
 * Drops of an old home what is this dataset's alone; what others use too, and their tables, stay.
 * @throws RehomeError `not-released`: a table there matches the patterns and never moved, or others need one that goes
 */
export async function removePart(client: pg.Client, query: PartQuery): Promise<void> {
  const { old } = query;
  await withSchemaLock(client, old.schema, async () => {
    const standing = await standingOf(client, query, old);
    if (standing === undefined) return;
    const { objects, crossings } = standing.scope;
    const moved = await movedTables(query);
    const strange = objects
      .filter((object) => isTable(object) && object.relkind !== "p" && !moved.has(object.name))
      .map(({ name }) => `table ${name} matches its patterns and has not moved`);
    const gone = isAlone(standing) ? standing.objects : objects.filter((object) => isFree(object, standing));
    const own = new Set(gone.map(({ key }) => key));
    const reasons = [...strange, ...crossings.map(({ text }) => text), ...usersOf(own, standing)];
    if (reasons.length > 0) {
      throw new RehomeError(
        "not-released",
        `nothing of ${query.dataset} is dropped in ${placementName(old)}: ${reasons.join("; ")}. Correct the patterns in \`tables\`, or drop there what refers to what goes.`,
      );
    }
    await emptySchema(client, old.schema, own);
    await forgetRestored(client, query);
    await handOver(client, query);
  });
}

/** What a migration that was given up had put there keeps nobody from anything any more. */
async function forgetRestored(client: pg.Client, { dataset, old }: PartQuery): Promise<void> {
  if (!(await journalHas(client, "restored"))) return;
  await client.query(
    `DELETE FROM rehome.restored r USING rehome.migration m
     WHERE m.id = r.migration AND m.dataset = $1 AND m.target = $2`,
    [dataset, placementName(old)],
  );
}

/** What is shared and stays goes to those who use it: the role that has left may be dropped. */
async function handOver(client: pg.Client, { old }: PartQuery): Promise<void> {
  const owners = await rows<{ owner: string }>(
    client,
    `SELECT pg_catalog.pg_get_userbyid(c.relowner)::text AS owner
     FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') GROUP BY c.relowner ORDER BY count(*) DESC, owner`,
    [old.schema],
  );
  const [heir] = owners;
  if (heir === undefined || owners.some(({ owner }) => owner === old.owner)) return;
  await reassign(client, old.schema, old.owner, heir.owner);
}

const standingOf = (
  client: pg.Client,
  { dataset, tables }: PartQuery,
  at: ReleaseQuery["old"],
): Promise<Standing | undefined> =>
  readStanding(client, { dataset, schema: at.schema, target: placementName(at) }, tables);

/** Tables that the journal has a proof of, and those that the home has now: a move into the other may have failed. */
async function movedTables(query: PartQuery): Promise<Set<string>> {
  const { home } = query;
  return await withSession(home.server, home.database, async (client) => {
    const here = await standingOf(client, query, home);
    const names = here?.scope.objects.map(({ name }) => name) ?? [];
    return new Set([...names, ...(await provenTables(client, query))]);
  });
}
