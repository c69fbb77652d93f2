import type { Strategy } from "../../types";
import { blocker, type Check } from "../finding";

const usesDumps = (strategy: Strategy): boolean => strategy === "copy" || strategy === "follow";

/** Versions of both servers, and of the client programs that read them. */
export const serverVersions: Check = ({ strategy, source, target, dumpVersion }) => {
  const newest = Math.max(source.serverVersion, target?.serverVersion ?? 0);
  const found = [];
  if (dumpVersion < newest && usesDumps(strategy)) {
    found.push(
      blocker(
        "pg-dump-older",
        `pg_dump here is of PostgreSQL ${dumpVersion}, a server of this move of ${newest}, which it refuses.`,
        `Install PostgreSQL ${newest}'s client programs, or name their directory in REHOME_PG_BIN.`,
      ),
    );
  }
  return found;
};
