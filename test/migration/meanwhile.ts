import { execFileSync } from "node:child_process";
import { move, type MoveRequest, type Stage } from "@rehome/migration";
import { findBinaries } from "@rehome/postgres";
import type { Login, TestServer } from "../support/servers";

/** Runs SQL in one database while everything in this process stands still. */
export type Meanwhile = (server: TestServer, database: string, sql: string, login?: Login) => string;

/** Finds `psql`, once a test file. */
export async function meanwhileBy(): Promise<Meanwhile> {
  const psql = (await findBinaries({ need: ["psql"] })).path("psql");
  return (server, database, sql, login = server) =>
    execFileSync(psql, ["-XAtqc", sql], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        PGHOST: server.host,
        PGPORT: String(server.port),
        PGUSER: login.user,
        PGPASSWORD: login.password,
        PGDATABASE: database,
      },
    }).trim();
}

/** Moves, and runs `act` once when `stage` has just begun. The engine stands still: its report has not returned. */
export async function moveWith(request: MoveRequest, stage: Stage, act: () => void): Promise<unknown> {
  let acted = false;
  return await move(request, (progress) => {
    if (progress.stage !== stage || acted) return;
    acted = true;
    act();
  });
}
