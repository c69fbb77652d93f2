import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findBinaries } from "@rehome/postgres";
import { RehomeError, messageOf } from "../errors";
import { address } from "../sql/connect";
import { openLocalDoor } from "../sql/local-door";
import { tlsFailure, trustedRoots } from "../sql/tls";
import type { ServerConnection } from "../types";

/** Sections of `pg_dump`: what comes before the rows, and what after. */
export type Section = "pre-data" | "post-data";

/** The major version of the `pg_dump` that will be used: the newest found. */
export async function dumpVersion(): Promise<number> {
  return (await findBinaries({ need: ["pg_dump"] })).version;
}

/** A pattern of `pg_dump` that means exactly this name. */
function exactPattern(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * The definitions of one schema, as `pg_dump` writes them: without owners and rights, which are declared anew.
 * The password goes by the environment, never by the arguments.
 * @throws RehomeError `dump-failed` with what `pg_dump` said, or those of `open` that TLS is the reason of
 */
export async function dumpSchema(
  server: ServerConnection,
  database: string,
  schema: string,
  section: Section,
): Promise<string> {
  const { path } = await findBinaries({ need: ["pg_dump"] });
  const args = [
    "--no-password",
    "--no-owner",
    "--no-privileges",
    "--no-publications",
    "--no-subscriptions",
    "--no-tablespaces",
    `--section=${section}`,
    "--strict-names",
    "--encoding=UTF8",
    `--schema=${exactPattern(schema)}`,
  ];
  const reach = await reachable(server);
  const env = {
    PATH: process.env["PATH"],
    LC_ALL: "C",
    ...reach.env,
    PGUSER: server.user,
    PGDATABASE: database,
    PGAPPNAME: "rehome pg_dump",
    PGCONNECT_TIMEOUT: "15",
    ...(server.password === undefined ? {} : { PGPASSWORD: server.password }),
  };
  const fail = (reason: string): RehomeError =>
    tlsFailure(server, new Error(reason)) ??
    new RehomeError(
      "dump-failed",
      `pg_dump of schema "${schema}" in database "${database}" at ${address(server)} failed: ${reason}`,
    );
  try {
    return await output(path("pg_dump"), args, env, fail);
  } finally {
    await reach.close();
  }
}

/** What a program prints. */
async function output(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  fail: (reason: string) => RehomeError,
): Promise<string> {
  return await new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    child.on("error", (error) => reject(fail(messageOf(error))));
    child.on("close", (code) => {
      if (code === 0) resolve(Buffer.concat(out).toString("utf8"));
      else reject(fail(Buffer.concat(err).toString("utf8").trim()));
    });
  });
}

/** How `pg_dump` gets to a server. */
interface Reach {
  readonly env: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
}

async function reachable(server: ServerConnection): Promise<Reach> {
  if (server.connector !== undefined) {
    const { host, port, close } = await openLocalDoor(server.connector);
    return { env: { PGHOST: host, PGPORT: String(port), PGSSLMODE: "disable" }, close };
  }
  const roots = await rootsFile(server);
  const env = {
    ...{ PGHOST: server.host, PGPORT: String(server.port), PGSSLMODE: server.sslmode ?? "disable" },
    ...(roots === undefined ? {} : { PGSSLROOTCERT: roots.file }),
  };
  return { env, close: async () => await roots?.remove() };
}

/** A file with the certificates to trust: `pg_dump` before 16 knows none but those of a file. */
async function rootsFile(
  server: ServerConnection,
): Promise<{ file: string; remove: () => Promise<void> } | undefined> {
  const roots = trustedRoots(server);
  if (roots === undefined) return undefined;
  if (server.sslrootcert !== undefined) return { file: server.sslrootcert, remove: () => Promise.resolve() };
  const directory = await mkdtemp(join(tmpdir(), "rehome-"));
  const file = join(directory, "roots.pem");
  await writeFile(file, roots);
  return { file, remove: () => rm(directory, { recursive: true, force: true }) };
}
