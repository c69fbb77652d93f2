import { RehomeError, codeOf, isSilence, messageOf } from "../errors";
import type { FenceRow } from "../fence/fence";
import { hasJournal } from "../journal/journal";
import { placementName } from "../naming";
import { rows, withSessionIfThere } from "../sql/connect";
import type { Endpoint } from "../types";

/** What a server says that starts, stops or recovers: it is there. */
const STARTING = "57P03";

/**
 * Why a home may be held to be lost. Nobody can tell a server that is gone from one that only cannot be reached from here:
 * that is for whoever asks to judge.
 * @throws RehomeError `not-lost` where it is there, with what moved to it; `authentication-failed`, ...: somebody answers
 */
export async function whyLost(lost: Endpoint, { dataset, migration }: FenceRow): Promise<string> {
  const place = placementName(lost);
  try {
    const arrived = await withSessionIfThere(lost.server, lost.database, async (client) => {
      if (!(await hasJournal(client))) return false;
      const found = await rows(client, "SELECT FROM rehome.migration WHERE id = $1", [migration]);
      return found.length > 0;
    });
    if (arrived === undefined) return `its server has no database "${lost.database}"`;
    if (!arrived) return `another server answers there: its journal knows nothing of the move of ${dataset}`;
  } catch (error) {
    if (!isSilence(error)) throw error;
    const { cause } = error as RehomeError;
    if (codeOf(cause) !== STARTING) return messageOf(cause ?? error);
    throw notLost(`${place} is there: its server says "${messageOf(cause)}". Wait until it has come up.`);
  }
  throw notLost(
    `${place} is there, with what was moved to it. Nothing has to be given up: to go back, swap home and formerly, and run pulumi up.`,
  );
}

const notLost = (message: string): RehomeError => new RehomeError("not-lost", message);
