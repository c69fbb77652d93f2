import { RehomeError, isSilence } from "./errors";
import { findFence } from "./fence/fence";
import { inJournal, latestMigration } from "./journal/journal";
import { takeRunLock } from "./journal/locks";
import { placementName } from "./naming";
import { abandon, abandonAt } from "./release";
import { withSession } from "./sql/connect";
import { inWords } from "./told";
import type { MoveRequest } from "./types";

type Ends = Pick<MoveRequest, "dataset" | "from" | "to">;

/**
 * Gives up a move that has not been switched: on the home that the dataset stays in nothing is left of it, neither fence
 * nor replication. What was made in the other one stays until its schema is deleted, and the journal there knows that it
 * was never handed out. The next run of the same move begins anew. Where the other one's server does not answer, only the
 * home is freed.
 * @returns what was given up: nothing, what was at the home alone, or all of it
 * @throws RehomeError `already-running`, `switch-unrecorded`, `unreachable`, ...
 */
export async function cancelMove(ends: Ends): Promise<"nothing" | "home" | "all"> {
  const { dataset, from, to } = ends;
  try {
    const given = await inJournal(to, async (target) => {
      // Held to the end: no run of this dataset begins meanwhile.
      await takeRunLock(target, dataset, placementName(to));
      const row = await latestMigration(target, {
        dataset,
        source: placementName(from),
        target: placementName(to),
      });
      if (row === undefined) return false;
      if (row.state !== "running" || (await isSealed(ends))) throw hasSwitched(ends);
      await abandon({ dataset, old: to, home: from });
      return true;
    });
    return given === true ? "all" : "nothing";
  } catch (error) {
    if (isSilence(error) && !(await isSealed(ends))) {
      await abandonAt(dataset, from, to);
      return "home";
    }
    throw inWords(error, {
      doing: `the move of ${dataset} to ${placementName(to)} was given up`,
      holds: `The service goes on in ${placementName(from)}.`,
    });
  }
}

async function isSealed({ dataset, from, to }: Ends): Promise<boolean> {
  const fence = await withSession(from.server, from.database, (source) =>
    findFence(source, dataset, from.schema),
  );
  return fence?.sealed === true && fence.target === placementName(to);
}

function hasSwitched({ dataset, from, to }: Ends): RehomeError {
  return new RehomeError(
    "switch-unrecorded",
    `${dataset} has moved to ${placementName(to)} and cannot be given up any more. Run pulumi up, and to go back to ${placementName(from)} swap home and formerly.`,
  );
}
