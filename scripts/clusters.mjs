// Finding the data directories of PostgreSQL clusters below a folder.
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** The data directories below a folder, those behind links too. */
export const clusters = (folder) => {
  if (existsSync(join(folder, "PG_VERSION"))) return [folder];
  return readdirSync(folder, { withFileTypes: true })
    .filter(
      (entry) => (entry.isDirectory() || entry.isSymbolicLink()) && existsSync(join(folder, entry.name)),
    )
    .filter((entry) => entry.name !== "node_modules" && statSync(join(folder, entry.name)).isDirectory())
    .flatMap((entry) => clusters(join(folder, entry.name)));
};
