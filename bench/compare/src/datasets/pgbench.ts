import { findBinaries } from "@rehome/postgres";
import { runProgram } from "../program";
import { sized, type Dataset } from "./dataset";

export const pgbench: Dataset = {
  name: "pgbench",
  what: "pgbench's own tables at scale 100: one of 10,000,000 rows, three small ones",
  make: async ({ host, port, user, password }, database, scale) => {
    const program = (await findBinaries({ need: ["pgbench"] })).path("pgbench");
    await runProgram({
      script: `"$1" -i -q -h ${host} -p ${port} -U ${user} -s ${sized(100, scale)} "$2"`,
      args: [program, database],
      env: { PGPASSWORD: password },
    });
  },
};
