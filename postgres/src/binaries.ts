import { access, constants, readdir, realpath } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { ClusterError, codeOf } from "./cluster-error";
import { tryTool } from "./run-tool";

/** PostgreSQL's programs of one version, all in one directory. */
export interface Binaries {
  readonly directory: string;
  /** The major version: 15. */
  readonly version: number;
  /** The full path of one of its programs. */
  readonly path: (tool: string) => string;
}

/** Which of PostgreSQL's programs are looked for. */
export interface FindOptions {
  /** The major version wanted. Default: the newest found. */
  readonly version?: number;
  /** Programs that the directory must hold. Default: those that run a server and dump and restore it. */
  readonly need?: readonly string[];
}

const DEFAULT_NEED = ["initdb", "pg_ctl", "postgres", "pg_dump", "pg_restore", "psql"];

/** Directories whose entries hold a `bin` each: Debian, Red Hat, Homebrew on both kinds of Mac and on Linux. */
const INSTALLATIONS: readonly (readonly [parent: string, entry: RegExp])[] = [
  ["/usr/lib/postgresql", /^\d+$/],
  ["/usr", /^pgsql-\d+$/],
  ["/opt/homebrew/opt", /^(postgresql|libpq)(@\d+)?$/],
  ["/usr/local/opt", /^(postgresql|libpq)(@\d+)?$/],
  ["/home/linuxbrew/.linuxbrew/opt", /^(postgresql|libpq)(@\d+)?$/],
];

const listed = async (parent: string, entry: RegExp): Promise<string[]> => {
  try {
    return (await readdir(parent))
      .filter((name) => entry.test(name))
      .map((name) => join(parent, name, "bin"));
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "EACCES") return [];
    throw error;
  }
};

/** A directory of the PATH, and the one that its programs are links into. */
const behindLinks = async (directory: string, tool: string): Promise<string[]> => {
  try {
    return [directory, dirname(await realpath(join(directory, tool)))];
  } catch {
    return []; // not there: no candidate
  }
};

const candidates = async (need: readonly string[]): Promise<string[]> => {
  const chosen = process.env["REHOME_PG_BIN"];
  if (chosen !== undefined && chosen !== "") return chosen.split(delimiter).filter((entry) => entry !== "");
  const installed = await Promise.all(INSTALLATIONS.map(([parent, entry]) => listed(parent, entry)));
  const path = (process.env["PATH"] ?? "").split(delimiter).filter((entry) => entry !== "");
  const linked = await Promise.all(path.map((entry) => behindLinks(entry, need[0] ?? "postgres")));
  return [...new Set([...installed.flat(), ...linked.flat()])];
};

const isExecutable = (file: string): Promise<boolean> =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  );

const versionOf = async (program: string): Promise<number | undefined> => {
  const { code, stdout } = await tryTool(program, ["--version"]);
  const major = /\(PostgreSQL\)\s+(\d+)/.exec(stdout)?.[1];
  return code === 0 && major !== undefined ? Number(major) : undefined;
};

/** The version of a directory's programs; undefined where one is missing or server and `pg_dump` differ. */
const examine = async (directory: string, need: readonly string[]): Promise<number | undefined> => {
  const present = await Promise.all(need.map((tool) => isExecutable(join(directory, tool))));
  if (present.includes(false)) return undefined;
  const telling = need.filter((tool) => tool === "postgres" || tool === "pg_dump");
  const asked = telling.length > 0 ? telling : need.slice(0, 1);
  const versions = new Set(await Promise.all(asked.map((tool) => versionOf(join(directory, tool)))));
  return versions.size === 1 ? [...versions][0] : undefined;
};

const missing = (options: FindOptions, need: readonly string[]): ClusterError => {
  const what = options.version === undefined ? "PostgreSQL" : `PostgreSQL ${options.version}`;
  const chosen = process.env["REHOME_PG_BIN"];
  const where =
    chosen === undefined || chosen === ""
      ? ""
      : ` in ${chosen} (REHOME_PG_BIN: correct it or leave it out to have the usual places searched)`;
  const suffix = options.version === undefined ? "" : `-${options.version}`;
  const brew = options.version === undefined ? "postgresql@17" : `postgresql@${options.version}`;
  return new ClusterError(
    "binaries-missing",
    `${what} with ${need.join(", ")} was not found${where}: install it with \`apt-get install postgresql${suffix} ` +
      `postgresql-contrib\` or \`brew install ${brew}\`, or name its bin directory in REHOME_PG_BIN.`,
  );
};

const search = async (options: FindOptions, need: readonly string[]): Promise<Binaries> => {
  const found: { directory: string; version: number }[] = [];
  for (const directory of await candidates(need)) {
    const version = await examine(directory, need);
    if (version !== undefined) found.push({ directory, version });
  }
  const fitting = found.filter(({ version }) => options.version === undefined || version === options.version);
  const best = fitting.sort((a, b) => b.version - a.version)[0];
  if (best === undefined) throw missing(options, need);
  return { ...best, path: (tool) => join(best.directory, tool) };
};

const remembered = new Map<string, Promise<Binaries>>();

/**
 * Finds a directory that holds all the programs needed, server and `pg_dump` of the same major version. Searched:
 * the directories of REHOME_PG_BIN alone when set (separated as in PATH), else the usual places of Debian, Red Hat and Homebrew, and the PATH; the newest wins.
 * Throws `binaries-missing` with one line that says what to install.
 */
export const findBinaries = (options: FindOptions = {}): Promise<Binaries> => {
  const need = options.need ?? DEFAULT_NEED;
  const key = JSON.stringify([options.version, need, process.env["REHOME_PG_BIN"], process.env["PATH"]]);
  const known = remembered.get(key) ?? search(options, need);
  remembered.set(key, known);
  known.catch(() => remembered.delete(key)); // a failure is not remembered: it may be installed meanwhile
  return known;
};
