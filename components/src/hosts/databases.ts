import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { findBinaries } from "@rehome/postgres";

const run = promisify(execFile);
const QUERY = "SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY datname";

/** The databases of a server of this machine that one can connect to. */
export const databasesOf = async (server: {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}): Promise<string[]> => {
  const { path } = await findBinaries({ need: ["psql"] });
  const { stdout } = await run(path("psql"), ["-X", "-A", "-t", "-0", "-w", "-c", QUERY], {
    env: {
      PATH: process.env["PATH"],
      PGHOST: server.host,
      PGPORT: String(server.port),
      PGUSER: server.user,
      PGPASSWORD: server.password,
      PGDATABASE: "postgres",
    },
  });
  return stdout.split(/\0|\n/).filter((name) => name !== "");
};
