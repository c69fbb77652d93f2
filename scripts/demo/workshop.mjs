// The demo's folder: a copy of an example, its stack file, and throwaway servers that were there before.
import { randomBytes } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureCluster } from "@rehome/postgres";

export const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const workshop = join(repository, ".rehome", "demo");
export const STACK = "demo";

/** Starts a server as it might have been there before. Nothing in it needs to survive a power failure. */
export const startLegacy = async (name) => {
  const password = randomBytes(16).toString("hex");
  const directory = join(workshop, name);
  mkdirSync(workshop, { recursive: true });
  const parameters = { fsync: "off", max_connections: "200" };
  const { host, port, user, version } = await ensureCluster({ directory, password, parameters });
  return { host, port, user, password, version, database: "postgres" };
};

/** Copies an example to work in. Imports resolve as in the original: both lie below the repository. */
export const copyExample = (name) => {
  const folder = join(workshop, name);
  mkdirSync(folder, { recursive: true });
  const original = join(repository, "examples", name);
  for (const file of ["index.ts", "Pulumi.yaml", "placements"])
    cpSync(join(original, file), join(folder, file), { recursive: true });
  const tsconfig = readFileSync(join(original, "tsconfig.json"), "utf8");
  writeFileSync(join(folder, "tsconfig.json"), tsconfig.replace("../../", "../../../"));
  return folder;
};

const stackFile = (folder) => join(folder, `Pulumi.${STACK}.yaml`);

/** A step of the example as a stack file's text. */
export const placement = (folder, step, port) =>
  readFileSync(join(folder, "placements", `${step}.yaml`), "utf8").replaceAll("LEGACY_PORT", String(port));

/** Edits the working copy of the stack file. What Pulumi itself wrote into it stays. */
export const edit = (folder, text) => {
  const file = stackFile(folder);
  const before = existsSync(file) ? readFileSync(file, "utf8") : "";
  const salt = /^encryptionsalt: .*$/m.exec(before)?.[0];
  writeFileSync(file, salt === undefined ? text : `${salt}\n${text}`);
};

/** The lines of one service in a stack file. */
const linesOf = (service, text) => {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => line === `      ${service}:`);
  const length = lines.slice(start + 1).findIndex((line) => !/^ {8}/.test(line));
  return lines.slice(start, length < 0 ? undefined : start + 1 + length).filter((line) => line !== "");
};

/** What changes for one service between two stack files, as `diff` shows it. */
export const difference = (service, before, after) => {
  const [old, now] = [linesOf(service, before), linesOf(service, after)];
  const gone = old.filter((line) => !now.includes(line));
  return [
    ...now.slice(0, 1).map((line) => `  ${line}`),
    ...gone.map((line) => `- ${line}`),
    ...now.slice(1).map((line) => `${old.includes(line) ? " " : "+"} ${line}`),
  ];
};
