import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable, type Transform } from "node:stream";
import { finished } from "node:stream/promises";
import { StringDecoder } from "node:string_decoder";
import { createGunzip, createGzip } from "node:zlib";
import { findBinaries } from "@rehome/postgres";
import { RehomeError, messageOf } from "../errors";
import { address } from "../sql/client-config";
import { openLocalDoor } from "../sql/local-door";
import { sslmodeOf, tlsFailure, trustedRoots } from "../sql/tls";
import type { Endpoint, ServerConnection } from "../types";
import { splitStatements, type Statement } from "./statements";

/** A schema's definitions: what comes before the rows, and what after, which may be still to come. */
export interface SchemaDump {
  readonly preData: readonly Statement[];
  readonly postData: Promise<readonly Statement[]>;
}

/** The major version of the `pg_dump` that will be used: the newest found. */
export async function dumpVersion(): Promise<number> {
  return (await findBinaries({ need: ["pg_dump"] })).version;
}

/** What neither a dump nor what is read from it shall hold: it is declared anew. */
const WITHOUT = [
  "--no-owner",
  "--no-privileges",
  "--no-publications",
  "--no-subscriptions",
  "--no-tablespaces",
];

/** A pattern of `pg_dump` that means exactly this name. */
function exactPattern(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A schema's definitions as they were when they were dumped, to be read when they are needed: as text they take memory. */
export type Archived = () => Promise<SchemaDump>;

/** A schema of a database of a server. */
export type Home = Pick<Endpoint, "server" | "database" | "schema">;

/** The definitions of one schema, as `archiveSchemas` gives them. */
export async function archiveSchema(home: Home): Promise<Archived> {
  return (await archiveSchemas(home, [home.schema])).get(home.schema) as Archived;
}

/** The same, read at once. */
export async function dumpSchema(home: Home): Promise<SchemaDump> {
  return await (
    await archiveSchema(home)
  )();
}

/** A server that has vanished is noticed within half a minute, whether something is under way or not. */
const WATCHFUL = "keepalives_idle=10 keepalives_interval=5 keepalives_count=3 tcp_user_timeout=30000";

/** Milliseconds that the dump of several schemas waits for a table's lock: somebody alters one that is not yet to move. */
const LOCK_WAIT_MS = 1_000;

/**
 * The definitions of schemas, as `pg_dump` writes them: without owners and rights, which are declared anew.
 * The password goes by the environment, never by the arguments.
 * @returns each of them, by name
 * @throws RehomeError `dump-failed` with what `pg_dump` said, or those of `open` that TLS is the reason of
 */
export async function archiveSchemas(
  { server, database }: Pick<Endpoint, "server" | "database">,
  schemas: readonly string[],
): Promise<ReadonlyMap<string, Archived>> {
  const { path } = await findBinaries({ need: ["pg_dump", "pg_restore"] });
  const args = [
    "--no-password",
    `--dbname=${WATCHFUL}`,
    "--format=custom",
    "--compress=0",
    "--section=pre-data",
    "--section=post-data",
    ...WITHOUT,
    "--strict-names",
    "--encoding=UTF8",
    ...(schemas.length > 1 ? [`--lock-wait-timeout=${LOCK_WAIT_MS}`] : []),
    ...schemas.map((schema) => `--schema=${exactPattern(schema)}`),
  ];
  const reach = await reachable(server);
  const own = { PATH: process.env["PATH"], LC_ALL: "C" };
  const env = {
    ...own,
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
      `pg_dump of ${schemas.map((schema) => `schema "${schema}"`).join(", ")} in database "${database}" at ${address(server)} failed: ${reason}`,
    );
  try {
    // Packed, for it waits: unpacked, that of ten thousand tables is 18 MB.
    const archive = await output(path("pg_dump"), args, { env, fail, through: createGzip({ level: 1 }) });
    const read = async (schema: string, section: string): Promise<Statement[]> => {
      const printing = ["--file=-", `--schema=${schema}`, `--section=${section}`, ...WITHOUT];
      const input = Readable.from(archive).pipe(createGunzip());
      const printed = await output(path("pg_restore"), printing, { env: own, fail, input });
      return await splitStatements(textOf(printed));
    };
    // One section after the other: the text of ten thousand tables is large, and what follows the rows has time.
    const reader = (schema: string) => async (): Promise<SchemaDump> => {
      const preData = await read(schema, "pre-data");
      const postData = read(schema, "post-data");
      postData.catch(() => undefined); // thrown to who waits for it
      return { preData, postData };
    };
    return new Map(schemas.map((schema) => [schema, reader(schema)]));
  } finally {
    await reach.close();
  }
}

/** How a program is run. */
interface Invocation {
  readonly env: NodeJS.ProcessEnv;
  readonly fail: (reason: string) => RehomeError;
  readonly input?: Readable;
  /** What its output goes through. */
  readonly through?: Transform;
}

/** What a program prints, in the pieces that it comes in. */
async function output(
  program: string,
  args: readonly string[],
  { env, fail, input = Readable.from([]), through = new PassThrough() }: Invocation,
): Promise<Buffer[]> {
  return await new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ["pipe", "pipe", "pipe"] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.pipe(through).on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    child.on("error", (error) => reject(fail(messageOf(error))));
    child.stdin.on("error", () => undefined); // it has ended early: its exit code says why
    input.pipe(child.stdin);
    child.on("close", (code) => {
      if (code === 0) finished(through).then(() => resolve(out), reject);
      else reject(fail(Buffer.concat(err).toString("utf8").trim()));
    });
  });
}

/** The text of pieces, which are let go one by one: that of ten thousand tables is not to be held twice. */
function textOf(pieces: Buffer[]): string {
  const decoder = new StringDecoder("utf8");
  let text = "";
  for (let piece = pieces.shift(); piece !== undefined; piece = pieces.shift()) text += decoder.write(piece);
  return text + decoder.end();
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
    ...{ PGHOST: server.host, PGPORT: String(server.port), PGSSLMODE: sslmodeOf(server) },
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
