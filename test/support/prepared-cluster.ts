import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFile, realpath, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { ensureCluster, freePort, stopCluster } from "../../postgres/src";
import { SETTINGS_FILE } from "../../postgres/src/data-directory";
import { throwawayDirectory } from "./throwaway";

const run = promisify(execFile);

interface Prepared {
  readonly data: string;
  readonly password: string;
}
const VARIABLE = "REHOME_TEST_CLUSTER";

/** Makes one cluster before all tests, of which every throwaway server is a copy: that is quicker than `initdb`. */
export default async function prepare(): Promise<() => Promise<void>> {
  const parent = await throwawayDirectory("test");
  const directory = join(parent, "data");
  const password = randomBytes(12).toString("hex");
  await ensureCluster({ directory, password, parameters: { fsync: "off" } });
  await stopCluster(directory);
  process.env[VARIABLE] = JSON.stringify({ data: await realpath(directory), password } satisfies Prepared);
  return () => rm(parent, { recursive: true, force: true });
}

/** Copies the prepared cluster, on a port of its own; gives its administrator's password, undefined where there is none. */
export async function copyPrepared(directory: string): Promise<string | undefined> {
  const given = process.env[VARIABLE];
  if (given === undefined) return undefined;
  const { data, password } = JSON.parse(given) as Prepared;
  await run("cp", ["-a", data, directory]);
  const settings = join(directory, SETTINGS_FILE);
  const text = await readFile(settings, "utf8");
  await writeFile(settings, text.replace(/^port = \d+$/m, `port = ${await freePort(directory)}`));
  return password;
}
