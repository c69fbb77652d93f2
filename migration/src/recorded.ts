import type pg from "pg";
import { findFence } from "./fence/fence";
import { inJournal, latestMigration, wasReopened, type MigrationRow } from "./journal/journal";
import { placementName } from "./naming";
import { rows } from "./sql/connect";
import type { MoveRequest, MoveResult } from "./types";
import { OBJECTS_PROOF } from "./verify/large-objects";

type Ends = Pick<MoveRequest, "dataset" | "from" | "to">;

/** By what the journal knows a move. */
export const endsOf = ({ dataset, from, to }: Ends): Record<"dataset" | "source" | "target", string> => ({
  ...{ dataset, source: placementName(from), target: placementName(to) },
});

/**
 * The journal's row of a move that is done; undefined where it is not, or where its dataset has left the new home again, or
 * given it up as lost.
 * @param atOldHome runs what it is given in a session there
 */
export async function switchedRow(
  target: pg.Client,
  ends: Ends,
  atOldHome: (work: (source: pg.Client) => Promise<boolean>) => Promise<boolean | undefined>,
): Promise<MigrationRow | undefined> {
  const row = await latestMigration(target, endsOf(ends));
  if (row?.state !== "switched") return undefined;
  const fence = await findFence(target, ends.dataset, ends.to.schema);
  if (fence?.sealed === true) return undefined;
  if (row.strategy === "reopen") return row; // where it came from is lost
  return (await atOldHome((source) => wasReopened(source, row))) === true ? undefined : row;
}

/**
 * What the journal holds of this very move where it is done, so that `move` only says so: whoever called it last may have
 * died before that could be noted, or have lost the note. Undefined where there is something to do. Reads only.
 */
export async function recordedMove(ends: Ends): Promise<MoveResult | undefined> {
  return await inJournal(ends.to, async (target) => {
    const row = await switchedRow(target, ends, (work) => inJournal(ends.from, work));
    return row && (await resultOf(target, ends, row));
  });
}

/** What the journal holds where the dataset's home is one that was opened again. Asks nothing of the one that is lost. */
export async function reopenedHome(ends: Ends): Promise<MoveResult | undefined> {
  return await inJournal(ends.to, async (target) => {
    const row = await switchedRow(target, ends, () => Promise.resolve(true));
    return row && (await resultOf(target, ends, row));
  });
}

/** What the journal says of a move. */
export async function resultOf(
  target: pg.Client,
  { dataset }: Pick<MoveRequest, "dataset">,
  row: MigrationRow,
): Promise<MoveResult> {
  const end = row.switched_at ?? new Date();
  const since = (start: Date | null): number =>
    start === null ? 0 : Math.max(0, (end.getTime() - start.getTime()) / 1000);
  return {
    dataset,
    migration: row.id,
    strategy: row.strategy,
    tables: row.tables,
    rows: await movedRows(target, row.id),
    bytes: Number(row.bytes),
    seconds: since(row.started_at),
    fenceSeconds: since(row.fenced_at),
    switchedAt: end.toISOString(),
    clean: row.clean === true,
  };
}

/** The rows that the proof counted in the new home; none where it did not have to count. */
async function movedRows(target: pg.Client, migration: string): Promise<number> {
  const [row] = await rows<{ n: string }>(
    target,
    "SELECT coalesce(sum(target_rows), 0)::text AS n FROM rehome.verified_table WHERE migration = $1 AND table_name <> $2",
    [migration, OBJECTS_PROOF],
  );
  return Number(row?.n ?? 0);
}
