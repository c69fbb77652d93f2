import { existsSync } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { escapeIdentifier, escapeLiteral } from "pg";
import { inSession, type LegacyServer } from "./load-database";
import { defaultPassword } from "./passwords";
import { databasesOf, folderOf, preparedRolesOf, type World } from "./worlds";

/**
 * What a world's owners do by hand before they let anything move: the files in its `prepare/`, and a password for each role
 * that these make. Nothing where there are none. @returns the passwords, by role
 */
export const prepareWorld = async (
  world: World,
  server: LegacyServer,
): Promise<Readonly<Record<string, string>>> => {
  const folder = join(folderOf(world), "prepare");
  const [database] = databasesOf(world);
  if (database === undefined || !existsSync(folder)) return {};
  const passwords = Object.fromEntries(preparedRolesOf(world).map((role) => [role, defaultPassword(role)]));
  await inSession(server, database.name, async (client) => {
    for (const file of (await readdir(folder)).sort())
      await client.query(await readFile(join(folder, file), "utf8"));
    for (const [role, password] of Object.entries(passwords))
      await client.query(`ALTER ROLE ${escapeIdentifier(role)} PASSWORD ${escapeLiteral(password)}`);
  });
  return passwords;
};
