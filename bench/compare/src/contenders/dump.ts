import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findBinaries } from "@rehome/postgres";
import { runProgram } from "../program";
import type { Pair, Server } from "../server";
import { DATABASE, LIMIT, type Contender, type Took } from "./contender";

const version = async (): Promise<string | undefined> => {
  const { output } = await runProgram({ script: `"$1" --version`, args: [await binary("pg_dump")] });
  return /\d+\.\d+/.exec(output)?.[0];
};

const binary = async (name: "pg_dump" | "pg_restore" | "psql" | "vacuumdb"): Promise<string> =>
  (await findBinaries({ need: [name] })).path(name);

const connection = ({ host, port, user }: Server): string => `-h ${host} -p ${port} -U ${user}`;

/** What a dump leaves to be done, so that it is the same work as the others': statistics. */
async function run(pair: Pair, script: (directory: string) => string): Promise<Took> {
  const directory = await mkdtemp(join(tmpdir(), "rehome-bench-dump-"));
  try {
    const { source, target } = pair;
    const analyze = `PGPASSWORD="$TARGET" "${await binary("vacuumdb")}" ${connection(target)} --analyze-only -q -j 2 ${DATABASE}`;
    const { seconds, cpu } = await runProgram({
      script: `${script(directory)} && ${analyze}`,
      limit: LIMIT,
      // As the others do by themselves: nobody waits for a disk that has to keep no half of a copy.
      env: { SOURCE: source.password, TARGET: target.password, PGOPTIONS: "-c synchronous_commit=off" },
    });
    return { seconds, clientCpu: cpu };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** `pg_dump | psql`: one stream, no files. */
export const dumpPipe: Contender = {
  name: "pg_dump | psql",
  version,
  copy: async (pair) => {
    const [dump, psql] = [await binary("pg_dump"), await binary("psql")];
    return await run(
      pair,
      () =>
        `PGPASSWORD="$SOURCE" "${dump}" ${connection(pair.source)} ${DATABASE} | PGPASSWORD="$TARGET" "${psql}" ${connection(pair.target)} -X -q -v ON_ERROR_STOP=1 -d ${DATABASE} -o /dev/null`,
    );
  },
};

/** `pg_dump -Fd -j` and `pg_restore -j`, without compression: on one disk it only costs time. */
export const dumpDirectory = (jobs: number): Contender => ({
  name: `pg_dump -Fd -j${jobs}, pg_restore -j${jobs}`,
  version,
  copy: async (pair) => {
    const [dump, restore] = [await binary("pg_dump"), await binary("pg_restore")];
    return await run(
      pair,
      (directory) =>
        `PGPASSWORD="$SOURCE" "${dump}" ${connection(pair.source)} -Fd -Z0 -j ${jobs} -f ${directory}/dump ${DATABASE} && PGPASSWORD="$TARGET" "${restore}" ${connection(pair.target)} -e -j ${jobs} -d ${DATABASE} ${directory}/dump`,
    );
  },
});
