import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { findBinaries } from "@rehome/postgres";
import type { TestServer } from "../support/servers";

const run = promisify(execFile);

/** All that a server holds, as `pg_dumpall` writes it: roles, databases, definitions, rows. */
export async function everything({ host, port, user, password }: TestServer): Promise<string> {
  const { path } = await findBinaries({ need: ["pg_dump"] });
  const { stdout } = await run(
    path("pg_dump").replace(/pg_dump$/, "pg_dumpall"),
    ["--no-sync", "-h", host, "-p", String(port), "-U", user],
    { env: { ...process.env, PGPASSWORD: password }, maxBuffer: 1e8 },
  );
  return stdout
    .split("\n")
    .filter((line) => !/^\\(un)?restrict /.test(line))
    .join("\n");
}
