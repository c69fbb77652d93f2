import type pg from "pg";
import type { Archived, SchemaDump } from "../ddl/dump";
import { hasFacades } from "../follow/facades";
import { hasJournal, latestMigration } from "../journal/journal";
import { placementName } from "../naming";
import type { MoveRequest } from "../types";
import type { Sessions } from "./run";
import { beginDump, mayDump } from "./shared-dumps";

/** A dump of the old home's definitions that is made while they are inspected. */
export interface DumpAhead {
  /**
   * @param source a session in the old home, free again when this resolves
   * @param stamped gives the stamp of its definitions as they are now
   */
  readonly begin: (source: pg.Client, stamped: () => Promise<string | undefined>) => Promise<void>;
  /** What was dumped, the first time; undefined from then on, and when it could not be. */
  readonly take: () => Promise<SchemaDump | undefined>;
  /** Resolves when the dump is not under way any more. */
  readonly settled: () => Promise<void>;
}

/**
 * For an old home whose definitions will be wanted, as is clear already: a dump reads as much of a catalog as an inspection
 * does, and both can go on at the same time. What keeps it from coming to its end is told by the plan, or by the dump that
 * is made in its place.
 */
export async function dumpAhead(request: MoveRequest, sessions: Sessions): Promise<DumpAhead | undefined> {
  if (!(await isWanted(request, sessions))) return undefined;
  let dump: Promise<Archived | undefined> = Promise.resolve(undefined);
  return {
    begin: async (source, stamped) => {
      const dumped = await beginDump(source, request.from, stamped);
      dump = dumped().catch(() => undefined);
    },
    take: async () => {
      const archived = await dump;
      dump = Promise.resolve(undefined);
      return await archived?.();
    },
    settled: async () => void (await dump),
  };
}

/**
 * To another server, rows are copied; and unless an earlier run has begun to, into what is made anew. Facades are taken off
 * before the definitions are: a dump would have them.
 */
async function isWanted(request: MoveRequest, { source, target }: Sessions): Promise<boolean> {
  const { dataset, from, to } = request;
  if (!mayDump(request) || (await hasFacades(source, from.schema))) return false;
  if (!(await hasJournal(target))) return true;
  const ends = { source: placementName(from), target: placementName(to) };
  return (await latestMigration(target, { dataset, ...ends }))?.state !== "running";
}
