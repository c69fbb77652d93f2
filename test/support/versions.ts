import { accessSync, constants, existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

/** Where `scripts/install-postgres-versions` puts PostgreSQL's versions. */
const HOME =
  process.env["REHOME_PG_VERSIONS"] ??
  (process.getuid?.() === 0
    ? "/var/lib/rehome/postgresql"
    : join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "rehome/postgresql"));

const bin = (version: number): string => join(HOME, String(version), "bin");

const isThere = (version: number): boolean => {
  try {
    accessSync(join(bin(version), "postgres"), constants.X_OK);
    accessSync(join(bin(version), "pg_dump"), constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** The versions beside the system's that were installed for tests. */
export const installed: readonly number[] = [16, 17, 18].filter(isThere);

/** Debian's own: the oldest of the versions that moves are tested between. */
const OLDEST = "/usr/lib/postgresql/15/bin";

/** Why tests of other versions are skipped; false where they can run. */
export const skipVersions: string | false =
  installed.length === 3 && existsSync(join(OLDEST, "postgres"))
    ? false
    : "PostgreSQL 15 to 18 are not all installed; make test-versions sees to 16 to 18";

/** Has this process find the versions beside each other. */
export const useVersions = (): void => {
  process.env["REHOME_PG_BIN"] = [OLDEST, ...installed.map(bin)].join(delimiter);
};
