import { dropScratch } from "./ddl/scratch";
import { RehomeError, isSilence } from "./errors";
import { emptySchema } from "./ddl/empty-schema";
import { dismissFormerOwner } from "./ddl/former-owner";
import { removePart } from "./remove-part";
import { abandonFence, fenceKey, findFence, liftFence } from "./fence/fence";
import { dropMovedObjects } from "./copy/large-objects";
import { dropHeldObjects } from "./fence/held-objects";
import { removeLinksAt } from "./follow/remove";
import {
  dropJournalIfEmpty,
  GIVEN_UP,
  hasJournal,
  inJournal,
  latestMigration,
  type MigrationRow,
} from "./journal/journal";
import { withRunLock } from "./journal/locks";
import { recordStop } from "./journal/notes";
import { provenTables, tablesWithRows } from "./moved-tables";
import { placementName } from "./naming";
import { some } from "./plan/finding";
import { sameDatabase } from "./plan/strategy";
import { databases, holdsTables } from "./servers";
import { aloneIn } from "./slots";
import { reopenedHome } from "./recorded";
import { rows, withSession, withSessionIfThere } from "./sql/connect";
import { ident } from "./sql/quote";
import { dropLeftovers } from "./strategies/template";
import { inWords } from "./told";
import type { Endpoint } from "./types";

/** Which old placement of a dataset may go, and where the dataset lives: its journal is asked. */
export interface ReleaseQuery {
  /** Its name in the stack: `core`, `contact/tenants/tenant1`. */
  readonly dataset: string;
  /** The placement that is to be deleted. */
  readonly old: Endpoint;
  /** The dataset's home. */
  readonly home: Endpoint;
  /** Table name patterns of a dataset that is a part of its schemas; absent: all of them is its own. */
  readonly tables?: readonly string[];
  /** true: the stack has the dataset no more, and nothing but the home that it stayed in says what is its own. */
  readonly forgotten?: boolean;
}

/** Whether an old placement may be deleted, and why. */
export interface Release {
  readonly released: boolean;
  readonly reason: string;
  /** true: it is lost, so nothing of it was proved to be elsewhere, and its server may not be there. */
  readonly lost?: boolean;
  /** true: its server does not answer, and what is left there stays. All of it was proved to be elsewhere. */
  readonly silent?: boolean;
}

/** A move that has begun and has not been recorded as done. */
export interface Arrival {
  readonly dataset: string;
  /** Where the dataset comes from, as a placement's name. */
  readonly source: string;
  /** Whether it was given up, so that nothing of it is left where the dataset comes from. */
  readonly givenUp: boolean;
}

/**
 * Whether an old placement may be deleted: the home's journal holds a clean verification of what came from there; or
 * the old one's journal says that it was never handed out, and what was on its way there has stayed, or gone elsewhere.
 */
export async function release(query: ReleaseQuery): Promise<Release> {
  const { dataset, old, home } = query;
  const [from, to] = [placementName(old), placementName(home)];
  // Before all else: what the journal says of an arrival is old once the dataset has left again.
  if (await sealedTowards(query)) {
    return {
      released: false,
      reason: `${from} is not deleted: ${dataset} has moved there, and ${to} is fenced for good. Run the move again to record it.`,
    };
  }
  const arrived = await inJournal(home, (client) =>
    latestMigration(client, { dataset, source: from, target: to }),
  );
  if (arrived !== undefined && cameWhole(arrived)) {
    const strange = query.tables === undefined ? await whereAnswering(() => unmovedTables(query)) : [];
    if (strange === undefined) {
      const reason = `${from} does not answer, and what is left there stays: ${dataset} came from there to ${to}, verified clean`;
      return { released: true, reason, silent: true };
    }
    if (strange.length > 0) {
      const names = some(strange);
      return {
        released: false,
        reason: `${from} is not deleted: ${names} there never moved to ${to}, or was dropped there before it was proved. Where all of it is to move, go back to ${from} and move again; else take it elsewhere or drop it.`,
      };
    }
    return { released: true, reason: `${dataset} came from ${from} to ${to}, verified clean` };
  }
  if (arrived?.strategy === "reopen") return await releaseLost(query);
  const leftover = await inJournal(old, (client) => latestMigration(client, { dataset, target: from }));
  if (leftover?.state === "running") {
    const strange = query.forgotten === true && leftover.source === to ? await unmovedTables(query) : [];
    if (strange.length > 0) {
      return {
        released: false,
        reason: `${from} is not deleted: ${some(strange)} there did not come from ${to}. Take it elsewhere or drop it.`,
      };
    }
    if (leftover.source === to)
      return { released: true, reason: `${from} was never handed out: ${dataset} has stayed in ${to}` };
    const last = await inJournal(home, (client) => latestMigration(client, { dataset, target: to }));
    if (last?.source === leftover.source && cameWhole(last))
      return {
        released: true,
        reason: `${from} was never handed out: ${dataset} went from ${last.source} to ${to}, verified clean`,
      };
  }
  return {
    released: false,
    reason: `${from} is not deleted: the journal in ${to} holds no clean verification that ${dataset} came from there. Name it as formerly until a move has been verified.`,
  };
}

/** Of a home that was held to be lost, and is there after all, somebody may want what is in it. */
async function releaseLost({ dataset, old, home }: ReleaseQuery): Promise<Release> {
  const [from, to] = [placementName(old), placementName(home)];
  const reason = `${from} is lost, and ${dataset} was opened again in ${to}`;
  const there = await whereAnswering(() =>
    withSessionIfThere(old.server, old.database, (client) => tablesWithRows(client, old.schema)),
  );
  if (there === undefined || there.length === 0) return { released: true, reason, lost: true };
  return {
    released: false,
    reason: `${from} is not deleted: it was held to be lost as ${dataset} was opened again in ${to}, and is there, with ${some(there)}. What was written there since may be nowhere else: take over what is missing, then drop what is in it.`,
  };
}

/** What `work` finds at a server; undefined where that does not answer. */
async function whereAnswering<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (isSilence(error)) return undefined;
    throw error;
  }
}

/** Whether the dataset was handed out to its old placement, whatever the journal there says yet. */
async function sealedTowards({ dataset, old, home }: ReleaseQuery): Promise<boolean> {
  const fence = await inJournal(home, (client) => findFence(client, dataset, home.schema));
  return fence?.sealed === true && fence.target === placementName(old);
}

const cameWhole = ({ state, clean }: MigrationRow): boolean =>
  (state === "switched" || state === "retired") && clean === true;

/** Tables of an old home that neither the journal has a proof of nor the home has: made there since, or never selected. */
async function unmovedTables(query: ReleaseQuery): Promise<string[]> {
  const { old, home } = query;
  const there =
    (await withSessionIfThere(old.server, old.database, (client) => tablesWithRows(client, old.schema))) ??
    [];
  if (there.length === 0) return [];
  const moved = await withSessionIfThere(
    home.server,
    home.database,
    async (client) =>
      new Set([...(await tablesWithRows(client, home.schema)), ...(await provenTables(client, query))]),
  );
  return there.filter((name) => moved?.has(name) !== true);
}

/** The datasets that the journal of a placement's database speaks of: what has left it, or was on its way there. */
export async function concerned(
  at: Pick<Endpoint, "host" | "server" | "database" | "schema">,
): Promise<string[]> {
  const found = await inJournal(at, (client) =>
    rows<{ dataset: string }>(
      client,
      `SELECT dataset FROM rehome.migration WHERE $1 IN (source, target)
       UNION SELECT dataset FROM rehome.fence WHERE schema_name = $2
       UNION SELECT dataset FROM rehome.link WHERE schema_name = $2`,
      [placementName(at), at.schema],
    ),
  );
  return (found ?? []).map(({ dataset }) => dataset);
}

/** The moves to a placement that the journal of its database has begun, and not recorded as done. */
export async function arriving(
  at: Pick<Endpoint, "host" | "server" | "database" | "schema">,
): Promise<Arrival[]> {
  const found = await inJournal(at, (client) =>
    rows<Arrival>(
      client,
      `SELECT dataset, source, error IS NOT DISTINCT FROM $2 AS "givenUp" FROM rehome.migration
       WHERE target = $1 AND state = 'running'`,
      [placementName(at), GIVEN_UP],
    ),
  );
  return found ?? [];
}

/** What goes with a retired home: nothing, the dataset's objects, or its database too when no tables are left in it. */
export type Drop = "nothing" | "objects" | "database";

/**
 * Ends a dataset's way back: removes of the old home what `drop` says, and marks the migration retired. May be called
 * again after it has been cut short.
 * @throws RehomeError `not-released`
 */
export async function retire(query: ReleaseQuery & { readonly drop: Drop }): Promise<void> {
  try {
    await retireReleased(query);
  } catch (error) {
    throw inWords(error, {
      doing: `${placementName(query.old)} was retired`,
      holds: `The service goes on in ${placementName(query.home)}.`,
    });
  }
}

async function retireReleased(query: ReleaseQuery & { readonly drop: Drop }): Promise<void> {
  const { dataset, old, home } = query;
  // Of what is lost nothing is dropped here, and its server is not waited for.
  const reopened = await reopenedHome({ dataset, from: old, to: home });
  const answer: Release = reopened ? { released: true, reason: "", lost: true } : await release(query);
  const { released, reason, lost, silent } = answer;
  if (!released) throw new RehomeError("not-released", reason);
  // Whoever finds the last tables gone drops the database, and everybody's sessions with it.
  await aloneIn(old, async () => {
    // Who is to drop what is there has to reach it.
    const asked = query.drop === "database" || silent !== true;
    const oldIsThere = lost !== true && asked && (await databaseExists(old));
    if (oldIsThere)
      await withSession(old.server, old.database, (client) => removeLinksAt(client, dataset, old, home));
    await withSession(home.server, home.database, (client) => removeLinksAt(client, dataset, home, old));
    if (oldIsThere && query.drop !== "nothing") await dropRetired(query);
  });
  await withSession(home.server, home.database, (client) =>
    client.query(
      "UPDATE rehome.migration SET state = 'retired', ended_at = clock_timestamp() WHERE dataset = $1 AND source = $2 AND target = $3 AND state = 'switched'",
      [dataset, placementName(old), placementName(home)],
    ),
  );
}

/** Removes of a retired home what is to go. */
async function dropRetired(query: ReleaseQuery & { readonly drop: Drop }): Promise<void> {
  const { dataset, old, home } = query;
  await withSession(old.server, old.database, async (client) => {
    if (query.tables === undefined) await emptySchema(client, old.schema);
    else await removePart(client, { ...query, tables: query.tables });
    await dropHeldObjects(client, fenceKey(dataset, old.schema));
    if (await hasJournal(client)) await dropMovedObjects(client, dataset, placementName(old));
    await liftFence(client, dataset, old.schema);
    await dismissFormerOwner(client, old.schema, old.owner);
  });
  const alone = !sameDatabase(old, home) && (await holdsTables(old.server, old.database)) === 0;
  if (query.drop === "database" && alone) await dropDatabase(old);
}

/**
 * From a session in another database: nobody can drop the one that they are in. In that which comes with the server where
 * there is one, for any other may be another retired home, which is dropped at the same time.
 */
async function dropDatabase({ server, database }: Endpoint): Promise<void> {
  const others = (await databases(server)).filter((name) => name !== database);
  const elsewhere = others.find((name) => name === "postgres") ?? others[0];
  if (elsewhere === undefined) return;
  await withSession(server, elsewhere, (client) =>
    client.query(`DROP DATABASE IF EXISTS ${ident(database)} WITH (FORCE)`),
  );
}

/**
 * Takes away what a move that was given up has left: on the home that its dataset never left the armed fence, everything
 * by which the other end followed it, and a journal that says nothing more; large objects in the database that it was to
 * go to, and the databases that a killed run was just working in. To be called when the other end is deleted without ever
 * having been handed out.
 * @throws RehomeError `not-released` where the home was sealed by a run that died before it could record that
 */
export async function abandon(query: ReleaseQuery): Promise<void> {
  const { dataset, old, home } = query;
  if (await sealedTowards(query))
    throw new RehomeError(
      "not-released",
      `${placementName(old)} is not given up: ${dataset} has moved there, and ${placementName(home)} is fenced for good. Make ${placementName(old)} the home and ${placementName(home)} \`formerly\`: the next run records the move.`,
    );
  await inJournal(old, async (client) => {
    const row = await latestMigration(client, { dataset, target: placementName(old) });
    if (row?.state !== "running") return;
    await dropScratch(client, row.id);
    await dropLeftovers({ source: client, migration: row });
    await recordStop(client, row.id, GIVEN_UP);
  });
  const oldIsThere = await databaseExists(old);
  if (oldIsThere)
    await withSession(old.server, old.database, (client) => removeLinksAt(client, dataset, old, home));
  await abandonAt(dataset, home, old);
  if (!oldIsThere) return;
  await withSession(old.server, old.database, async (client) => {
    if (await hasJournal(client)) await dropMovedObjects(client, dataset, placementName(old));
  });
}

/**
 * Takes away what one end has of a move that was given up: a fence that is not sealed, its side of the replication (a slot
 * holds back WAL), and a journal that says nothing more. Asks nothing of the other end, which may be gone, or only out of
 * reach: a run that reaches it has its lock here too.
 * @returns whether it stays fenced: its data were handed out elsewhere
 * @throws RehomeError `already-running`
 */
export async function abandonAt(dataset: string, here: Endpoint, there: Endpoint): Promise<boolean> {
  const [at, target] = [placementName(here), placementName(there)];
  const fenced = await withSessionIfThere(here.server, here.database, (client) =>
    withRunLock(client, dataset, at, async () => {
      await removeLinksAt(client, dataset, here, there);
      const stays = await abandonFence(client, { dataset, schema: here.schema, target });
      await dropJournalIfEmpty(client);
      return stays;
    }),
  );
  return fenced ?? false;
}

async function databaseExists({ server, database }: Endpoint): Promise<boolean> {
  return (await withSessionIfThere(server, database, async () => true)) ?? false;
}
