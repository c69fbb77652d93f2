import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { MoveRequest } from "@rehome/migration";
import { until } from "../migration/dataset";
import type { TestServer } from "../support/servers";

const PROGRAM = `${import.meta.dirname}/../../migration/bin/rehome-worker`;
const ENGINE = `${import.meta.dirname}/../../migration`;

/** A process of the worker program. */
export interface WorkerProcess {
  readonly name: string;
  readonly child: ChildProcess;
  /** Its exit code and what it said, once it has ended. */
  readonly ended: Promise<{ code: number | null; said: string }>;
}

/** Starts a worker for a move; it waits for somebody to lead. */
export async function startWorker(request: MoveRequest, name: string, patience = 60): Promise<WorkerProcess> {
  const folder = await mkdtemp("/tmp/rehome-worker-");
  await chmod(folder, 0o700);
  const file = join(folder, "move.json");
  const { dataset, from, to } = request;
  await writeFile(file, JSON.stringify({ dataset, from, to }), { mode: 0o600 });
  const child = spawn(process.execPath, [PROGRAM, file, "--name", name, "--patience", String(patience)]);
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const ended = once(child, "close").then(async ([code]) => {
    await rm(folder, { recursive: true });
    return { code: code as number | null, said };
  });
  return { name, child, ended };
}

/** Starts the process that leads. */
export function startLeader(request: MoveRequest): ChildProcess {
  const script = `require(${JSON.stringify(ENGINE)}).move(JSON.parse(require("node:fs").readFileSync(0, "utf8")))
    .then(() => process.exit(0), (error) => { console.error(error.message); process.exit(1); });`;
  const child = spawn(process.execPath, ["-e", script], { stdio: ["pipe", "ignore", "pipe"] });
  child.stdin.end(JSON.stringify(request));
  return child;
}

/** Ends a process without warning. */
export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

/** A share, as the journal has it. */
export interface ShareRow {
  readonly ordinal: number;
  readonly table_name: string | null;
  readonly worker: string | null;
  readonly done: boolean;
}

/** The shares of a database's moves; none while there is no journal. */
export const sharesOf = (server: TestServer, database: string): Promise<ShareRow[]> =>
  server
    .sql<ShareRow>(
      database,
      "SELECT ordinal, table_name, worker, done_at IS NOT NULL AS done FROM rehome.work ORDER BY ordinal",
    )
    .catch(() => []);

/** Waits until a worker has copied some of a share that it is at. */
export const midway = (server: TestServer, database: string, name: string): Promise<void> =>
  until(async () => {
    const rows = await server
      .sql(database, `SELECT FROM rehome.worker WHERE name = '${name}' AND bytes > 0 AND left_at IS NULL`)
      .catch(() => []);
    return rows.length > 0;
  }, 90);
