import { execFileSync } from "node:child_process";
import { move, type MoveRequest, type Stage } from "@rehome/migration";
import { findBinaries } from "@rehome/postgres";
import type { TestServer } from "../support/servers";

const psql = findBinaries({ need: ["psql"] }).then(({ path }) => path("psql"));

/** Moves, and runs SQL once when `stage` has just begun: the engine stands still, for its report has not returned. */
export const moveWhile = async (
  request: MoveRequest,
  stage: Stage,
  { host, port, user, password }: TestServer,
  database: string,
  sql: string,
): Promise<unknown> => {
  const program = await psql;
  let acted = false;
  return await move(request, (progress) => {
    if (progress.stage !== stage || acted) return;
    acted = true;
    execFileSync(program, ["-XAtqc", sql], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { PGHOST: host, PGPORT: String(port), PGUSER: user, PGPASSWORD: password, PGDATABASE: database },
    });
  });
};
