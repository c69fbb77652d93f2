import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram } from "../program";
import type { Server } from "../server";
import { DATABASE, LIMIT, type Contender } from "./contender";

const uri = ({ host, port, user, password }: Server): string =>
  `postgres://${user}:${password}@${host}:${port}/${DATABASE}`;

/** kB of memory that one of its processes may take: 0.10 would take a whole machine's for ten thousand tables. */
const MEMORY = 8_000_000;

/**
 * `pgcopydb clone`, with as many jobs for tables as for indexes.
 * @param program another one than the one on the PATH
 */
export const pgcopydb = (jobs: number, program = "pgcopydb"): Contender => ({
  name: `${program === "pgcopydb" ? "pgcopydb" : "newer pgcopydb"}, ${jobs} + ${jobs} jobs`,
  version: async () => {
    try {
      const { output } = await runProgram({ script: `"$1" --version 2>/dev/null`, args: [program] });
      return /pgcopydb version (\S+)/.exec(output)?.[1];
    } catch {
      return undefined; // not installed
    }
  },
  copy: async ({ source, target }) => {
    const directory = await mkdtemp(join(tmpdir(), "rehome-bench-pgcopydb-"));
    try {
      const { seconds, cpu } = await runProgram({
        script: `ulimit -v ${MEMORY}; "$3" clone --dir "$1/work" --table-jobs $2 --index-jobs $2`,
        args: [directory, String(jobs), program],
        limit: LIMIT,
        env: { PGCOPYDB_SOURCE_PGURI: uri(source), PGCOPYDB_TARGET_PGURI: uri(target) },
      });
      return { seconds, clientCpu: cpu };
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  },
});
