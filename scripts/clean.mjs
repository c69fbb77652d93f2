// Stops every local PostgreSQL server of this folder and deletes its data. Needs no installed dependency, so that it
// works whatever state the folder is in.
import { execFileSync } from "node:child_process";
import console from "node:console";
import { existsSync, lstatSync, readFileSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { clusters } from "./clusters.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Where root's clusters lie, with a link in the folder, when the server's account cannot reach the folder. */
const ELSEWHERE = "/var/lib/rehome/";

const below = (folder) => (existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []);

/** The folders that hold clusters: the stacks', the examples', the demo's, and those of programs of one's own beside them. */
const folders = () =>
  [root, ...below(root), ...below(join(root, "examples"))]
    .map((folder) => join(folder, ".rehome"))
    .filter((folder) => existsSync(folder));

const alive = (pid) => {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error.code === "EPERM";
  }
  const stat = `/proc/${pid}/stat`;
  return !existsSync(stat) || !/\) Z /.test(readFileSync(stat, "utf8")); // a zombie does not run
};

/** The process that serves a data directory; undefined for a lock file that a crash left. */
const postmaster = (data) => {
  const lock = join(data, "postmaster.pid");
  if (!existsSync(lock)) return undefined;
  const pid = Number(readFileSync(lock, "utf8").split("\n")[0]);
  if (!Number.isInteger(pid) || pid <= 0 || !alive(pid)) return undefined;
  try {
    const command = execFileSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" });
    return command.includes(data) ? pid : undefined;
  } catch {
    return existsSync(`/proc/${pid}/cwd`) && realpathSync(`/proc/${pid}/cwd`) === data ? pid : undefined;
  }
};

/** SIGINT is PostgreSQL's fast shutdown, SIGQUIT its immediate one: the data is deleted, so the second will do too. */
const stop = async (pid) => {
  process.kill(pid, "SIGINT");
  for (let waited = 0; alive(pid); waited += 50) {
    if (waited === 10_000) process.kill(pid, "SIGQUIT");
    if (waited > 20_000)
      throw new Error(`Process ${pid} does not end: end it (kill -9 ${pid}), then try again.`);
    await sleep(50);
  }
};

/** The socket directory that the cluster's own settings name. */
const socketDirectory = (data) => {
  const settings = join(data, "rehome.conf");
  if (!existsSync(settings)) return undefined;
  return /^unix_socket_directories = '(\/tmp\/rehome-[0-9a-f]+)'$/m.exec(readFileSync(settings, "utf8"))?.[1];
};

/** Data of this folder's whose link somebody has deleted: it would serve on, unseen. */
const forgotten = () => {
  if (!existsSync(ELSEWHERE)) return [];
  return readdirSync(ELSEWHERE)
    .filter((name) => name.endsWith(".origin"))
    .filter((name) => readFileSync(join(ELSEWHERE, name), "utf8").startsWith(root + sep))
    .map((name) => join(ELSEWHERE, name.slice(0, -".origin".length)));
};

let stopped = 0;
const remove = async (data) => {
  const pid = postmaster(data);
  if (pid !== undefined) {
    await stop(pid);
    stopped += 1;
  }
  const sockets = socketDirectory(data);
  if (sockets !== undefined) rmSync(sockets, { recursive: true, force: true });
  rmSync(data, { recursive: true, force: true });
  rmSync(`${data}.origin`, { force: true });
};

for (const folder of folders()) {
  for (const directory of clusters(folder)) {
    const data = realpathSync(directory);
    if (lstatSync(directory).isSymbolicLink() && !data.startsWith(ELSEWHERE)) continue; // a link of somebody's own
    await remove(data);
  }
  rmSync(folder, { recursive: true, force: true });
  console.log(`Deleted ${folder}`);
}
for (const data of forgotten()) await remove(data);
console.log(stopped === 1 ? "Stopped 1 server." : `Stopped ${stopped} servers.`);
