import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { folderOf, type World } from "./worlds";

/** A role's password when none is given: always the same, for throwaway servers alone. */
export const defaultPassword = (role: string): string =>
  createHash("sha256").update(`rehome example ${role}`).digest("hex").slice(0, 24);

/** The variable that stack files take a role's password from: `CORE_PASSWORD` for `core_user`. */
export const passwordVariable = (role: string): string => {
  const [, service] = /^waqiti_(.+)_service$/.exec(role) ?? [];
  return service === undefined
    ? `${role.replace(/_user$/, "").toUpperCase()}_PASSWORD`
    : `${service.toUpperCase()}_DB_PASSWORD`;
};

/** The variables of all a world's stack files, the legacy server's own among them. */
const variablesOf = async (world: World): Promise<ReadonlySet<string>> => {
  const folder = join(folderOf(world), "placements");
  const texts = await Promise.all(
    (await readdir(folder)).map((name) => readFile(join(folder, name), "utf8")),
  );
  return new Set(
    texts.flatMap((text) => [...text.matchAll(/\{ env: (\w+) \}/g)].map(([, name = ""]) => name)),
  );
};

/** For a shell: a line that sets the variable of each role whose password a world's stack files ask for. */
export const exportLines = async (
  world: World,
  passwords: Readonly<Record<string, string>>,
): Promise<string[]> => {
  const asked = await variablesOf(world);
  return Object.entries(passwords).flatMap(([role, password]) => {
    const name = passwordVariable(role);
    return asked.has(name) ? [`export ${name}='${password}'`] : [];
  });
};
