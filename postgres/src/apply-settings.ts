import { stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { asAdministrator, type Socket } from "./administrator";
import type { Binaries } from "./binaries";
import { ClusterError } from "./cluster-error";
import { SETTINGS_FILE, readIfPresent } from "./data-directory";
import { writePrivate } from "./initialize";
import { tryTool } from "./run-tool";
import type { Account } from "./server-account";

/** Has the server's own program read the configuration, without starting or touching anything. */
const complaint = async (data: string, binaries: Binaries, account: Account): Promise<string | undefined> => {
  const { code, stderr } = await tryTool(binaries.path("postgres"), ["-D", data, "-C", "port"], account);
  if (code === 0) return undefined;
  const lines = stderr.split("\n").filter((line) => /LOG:|HINT:/.test(line));
  return (lines.length > 0 ? lines.join("; ") : stderr).replaceAll(/^\S+ \S+ \S+ \[\d+\] /gm, "").trim();
};

/** Writes the settings file when it differs. One that PostgreSQL cannot read is taken back and refused. */
export const writeSettings = async (
  data: string,
  text: string,
  binaries: Binaries,
  account: Account,
): Promise<void> => {
  const file = join(data, SETTINGS_FILE);
  const before = await readIfPresent(file);
  if (before === text) return;
  await writePrivate(file, text, account);
  const problem = await complaint(data, binaries, account);
  if (problem === undefined) return;
  if (before !== undefined) await writePrivate(file, before, account);
  throw new ClusterError(
    "parameter-refused",
    `PostgreSQL ${binaries.version} refuses these parameters: ${problem}`,
  );
};

const loadedAt = (socket: Socket): Promise<number> =>
  asAdministrator(socket, async (client) => {
    const { rows } = await client.query<{ at: number }>(
      "SELECT extract(epoch FROM pg_conf_load_time())::float8 AS at",
    );
    return rows[0]?.at ?? 0;
  });

/**
 * Has a running server read a settings file that is newer than what it has read. Gives the names of the parameters
 * that wait for a restart (`pg_settings.pending_restart`), however they were changed.
 */
export const reloadSettings = async (data: string, socket: Socket): Promise<string[]> => {
  const before = await loadedAt(socket);
  if ((await stat(join(data, SETTINGS_FILE))).mtimeMs / 1000 >= before) {
    await asAdministrator(socket, (client) => client.query("SELECT pg_reload_conf()"));
    const deadline = Date.now() + 10_000;
    while ((await loadedAt(socket)) === before && Date.now() < deadline) await sleep(20);
  }
  return asAdministrator(socket, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      "SELECT name FROM pg_catalog.pg_settings WHERE pending_restart ORDER BY name",
    );
    return rows.map(({ name }) => name);
  });
};
