import { spawn, spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { freePort } from "@rehome/postgres";
import type { TestServer } from "./servers";

/** Whether PgBouncer is installed: the tests of pools need it. */
export const hasPgBouncer = spawnSync("pgbouncer", ["--version"]).status === 0;

export interface Pool {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

/** PgBouncer before a server, for all its databases; the administrator enters without a password. */
export const startPool = (server: TestServer, mode: "session" | "transaction"): Promise<Pool> =>
  startPoolWith(server, (directory, port) => ({
    users: `"${server.user}" "${server.password}"\n`,
    "pgbouncer.ini": `[databases]\n* = host=${server.host} port=${server.port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = ${port}
unix_socket_dir =\nauth_type = trust\nauth_file = ${directory}/users\npool_mode = ${mode}\ndefault_pool_size = 20\nmax_client_conn = 200\n`,
  }));

/** PgBouncer with these files, of which it reads `pgbouncer.ini`; up when it answers, with a refusal too. */
export async function startPoolWith(
  server: TestServer,
  filesIn: (directory: string, port: number) => Readonly<Record<string, string>>,
): Promise<Pool> {
  const directory = await mkdtemp("/tmp/rehome-pool-");
  const port = await freePort(directory);
  for (const [name, text] of Object.entries(filesIn(directory, port))) {
    await writeFile(join(directory, name), text, { mode: 0o644 });
  }
  spawnSync("chmod", ["755", directory]);
  // PgBouncer refuses root, as PostgreSQL does: whoever runs the server runs it too.
  const { uid, gid } = statSync(server.directory);
  const child = spawn("pgbouncer", ["-q", join(directory, "pgbouncer.ini")], {
    stdio: "ignore",
    ...(process.getuid?.() === 0 ? { uid, gid } : {}),
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const answers = (): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect({ host: "127.0.0.1", port });
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
  while (child.exitCode === null && !(await answers()))
    await new Promise((resolve) => setTimeout(resolve, 50));
  if (child.exitCode !== null) throw new Error(`pgbouncer ended with ${child.exitCode}`);
  return {
    port,
    stop: async () => {
      child.kill("SIGKILL");
      await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}
