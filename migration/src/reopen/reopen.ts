import type pg from "pg";
import { RehomeError } from "../errors";
import { disarm, findFence, forgetFence, type FenceRow } from "../fence/fence";
import { giveObjects } from "../fence/held-objects";
import { linkOf } from "../follow/link";
import { removeLinksAt } from "../follow/remove";
import { ensureJournal, reopeningOf } from "../journal/journal";
import { withRunLock } from "../journal/locks";
import { placementName } from "../naming";
import { isRelation } from "../scope/scope";
import { readStanding } from "../scope/standing";
import { transaction, withSession } from "../sql/connect";
import { inWords } from "../told";
import type { Endpoint } from "../types";
import { behind, type Behind } from "./behind";
import { whyLost } from "./lost-home";
import { advanceSequences } from "./sequences";

/** A dataset whose home is lost, and the home that it left for it. */
export interface ReopenQuery {
  readonly dataset: string;
  /** The home that was left, and stands fenced. */
  readonly here: Endpoint;
  /** The one that the dataset was handed out to. */
  readonly lost: Endpoint;
  /** Table name patterns of a dataset that is a part of its schemas; absent: all of them is its own. */
  readonly tables?: readonly string[];
}

/** What opening a home again comes to. */
export interface Reopening extends Behind {
  readonly dataset: string;
  /** As `placementName` writes them. */
  readonly home: string;
  readonly lost: string;
  /** Why it is held to be lost, in a clause. */
  readonly because: string;
  /** When it was fenced, for the dataset to be handed out: ISO 8601, UTC. */
  readonly since: string;
}

/**
 * What would be given up if a home that was left were opened again, because the one after it is lost. Reads only.
 * @throws RehomeError `not-left` where it is not fenced for that one; `not-lost` where that one is there; `unreachable`, ...
 */
export async function planReopening(query: ReopenQuery): Promise<Reopening> {
  return await telling(query, () =>
    withSession(query.here.server, query.here.database, async (client) => {
      const fence = await fenceTowards(client, query);
      return await examined(client, query, { fence, only: await ownNames(client, query) });
    }),
  );
}

/**
 * Opens a home again that a dataset has left, where the one after it is lost for good: it follows no more, its sequences go on
 * behind what either has given out, and its users have their rights back. All of it, or none: whoever is killed at it leaves
 * it fenced. The journal then says that the dataset has come back, so that a stack in which home and formerly are swapped
 * moves nothing.
 * @param skip numbers that each sequence leaves out, which the lost home may have given out
 * @throws RehomeError `not-left`, `not-lost`, `already-running`, `fence-timeout`, `unreachable`, ...
 */
export async function reopen(
  query: ReopenQuery,
  { skip }: { readonly skip: number },
): Promise<Reopening & { readonly sequences: number }> {
  const { dataset, here, lost } = query;
  return await telling(query, () =>
    withSession(here.server, here.database, (client) =>
      // To the end no run takes it back. The lost home's own lock is lost with it.
      withRunLock(client, dataset, placementName(here), async () => {
        const fence = await fenceTowards(client, query);
        const only = await ownNames(client, query);
        const plan = await examined(client, query, { fence, only });
        await ensureJournal(client);
        // First of all: a server that comes back after all has nobody here any more who would take what it says.
        await removeLinksAt(client, dataset, here, lost);
        await disarm(client, { dataset, schema: here.schema });
        await giveObjects(client, fence.key);
        const sequences = await transaction(client, async () => {
          await forgetFence(client, fence);
          await record(client, fence, plan);
          return await advanceSequences(client, here.schema, { skip, ...(only && { only }) });
        });
        return { ...plan, sequences };
      }),
    ),
  );
}

async function telling<T>({ dataset, here }: ReopenQuery, work: () => Promise<T>): Promise<T> {
  const home = placementName(here);
  try {
    return await work();
  } catch (error) {
    const holds = `Until the journal in ${home} says that ${dataset} has come back, it stays fenced.`;
    throw inWords(error, { doing: `${home} was opened again`, holds });
  }
}

/** @throws RehomeError `not-left` */
async function fenceTowards(client: pg.Client, { dataset, here, lost }: ReopenQuery): Promise<FenceRow> {
  const [home, gone] = [placementName(here), placementName(lost)];
  const fence = await findFence(client, dataset, here.schema);
  if (fence?.sealed === true && fence.target === gone) return fence;
  const stands =
    fence?.sealed === true ? `it was fenced as ${dataset} left for ${fence.target}` : "it is not fenced";
  throw new RehomeError("not-left", `${home} is not opened again: ${stands}, and not for ${gone}.`);
}

interface Found {
  readonly fence: FenceRow;
  readonly only: readonly string[] | undefined;
}

async function examined(client: pg.Client, query: ReopenQuery, { fence, only }: Found): Promise<Reopening> {
  const { dataset, here, lost } = query;
  const because = await whyLost(lost, fence);
  return {
    ...{ dataset, home: placementName(here), lost: placementName(lost), because },
    since: fence.fenced_at.toISOString(),
    ...(await behind(client, fence, { link: linkOf(dataset, lost, here).name, only })),
  };
}

/** The names of a part's relations; undefined where all in the schema are the dataset's. */
async function ownNames(
  client: pg.Client,
  { dataset, here, tables }: ReopenQuery,
): Promise<string[] | undefined> {
  if (tables === undefined) return undefined;
  const at = { dataset, schema: here.schema, target: placementName(here) };
  const standing = await readStanding(client, at, tables);
  return (standing?.scope.objects ?? []).filter(isRelation).map(({ name }) => name);
}

/** Says in the journal that the dataset has come back, and why. To be called in a transaction. */
async function record(
  client: pg.Client,
  { migration }: FenceRow,
  { dataset, home, lost, because }: Reopening,
): Promise<void> {
  const id = reopeningOf(migration);
  await client.query(
    `INSERT INTO rehome.migration (id, dataset, source, target, strategy, state, stage, started_at, switched_at, ended_at)
     VALUES ($1, $2, $3, $4, 'reopen', 'switched', 'switch', now(), now(), now())`,
    [id, dataset, lost, home],
  );
  await client.query(
    "INSERT INTO rehome.event (migration, at, stage, message) VALUES ($1, now(), 'inspect', $2)",
    [id, `${lost} is lost: ${because}`],
  );
}
