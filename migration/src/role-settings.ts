import { rows, withSession } from "./sql/connect";
import { ident } from "./sql/quote";
import { isList, namesIn, settingOf, settingValue } from "./sql/settings";
import type { ServerConnection } from "./types";

/** Whose settings, and where: `ALTER ROLE … IN DATABASE …`. */
export interface RoleSettingsQuery {
  /** Reached as its administrator, who may alter the role. */
  readonly server: ServerConnection;
  readonly database: string;
  readonly role: string;
}

/**
 * Makes the role's settings in one database exactly these; others of a former run go.
 * @param query.settings names in whatever case; a list such as `search_path` is written `core_schema, public`
 */
export async function applyRoleSettings(
  query: RoleSettingsQuery & { readonly settings: Readonly<Record<string, string>> },
): Promise<void> {
  const alter = `ALTER ROLE ${ident(query.role)} IN DATABASE ${ident(query.database)}`;
  const statements = Object.entries(query.settings).map(
    ([name, value]) => `${alter} SET ${ident(name)} = ${settingValue(name, value)}`,
  );
  await withSession(query.server, query.database, (client) =>
    client.query(`BEGIN; ${[`${alter} RESET ALL`, ...statements].join("; ")}; COMMIT`),
  );
}

/** The role's settings in one database, by name in lower case: the server has some in its own (`DateStyle`). */
export async function readRoleSettings(query: RoleSettingsQuery): Promise<Record<string, string>> {
  return await withSession(query.server, query.database, async (client) => {
    const found = await rows<{ setting: string }>(
      client,
      `SELECT unnest(s.setconfig) AS setting FROM pg_catalog.pg_db_role_setting s
       JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase JOIN pg_catalog.pg_roles r ON r.oid = s.setrole
       WHERE d.datname = $1 AND r.rolname = $2`,
      [query.database, query.role],
    );
    return Object.fromEntries(
      found.map(({ setting }) => {
        const [written, value] = settingOf(setting);
        const name = written.toLowerCase();
        return [name, plainList(name, value)];
      }),
    );
  });
}

/** A list in the form that `applyRoleSettings` takes: quoted only where it must be. */
function plainList(name: string, value: string): string {
  if (!isList(name)) return value;
  return namesIn(value)
    .map((part) => (/^[a-z_][a-z0-9_$]*$/.test(part) ? part : ident(part)))
    .join(", ");
}
