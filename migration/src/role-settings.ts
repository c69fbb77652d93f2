import { rows, withSession } from "./sql/connect";
import { ident, literal } from "./sql/quote";
import { splitIdentifiers } from "./ddl/rename-routines";
import type { ServerConnection } from "./types";

export interface RoleSettingsQuery {
  readonly server: ServerConnection;
  readonly database: string;
  readonly role: string;
}

/** Settings whose value is a list of names, each quoted by itself. */
export const LIST_SETTINGS: ReadonlySet<string> = new Set([
  "search_path",
  "session_preload_libraries",
  "local_preload_libraries",
  "temp_tablespaces",
]);

/**
 * Makes the role's settings in one database exactly these; others of a former run go.
 * @param query.settings names as PostgreSQL has them; a list such as `search_path` is written `core_schema, public`
 */
export async function applyRoleSettings(
  query: RoleSettingsQuery & { readonly settings: Readonly<Record<string, string>> },
): Promise<void> {
  const alter = `ALTER ROLE ${ident(query.role)} IN DATABASE ${ident(query.database)}`;
  const statements = Object.entries(query.settings).map(([name, value]) => {
    const text = LIST_SETTINGS.has(name) ? splitIdentifiers(value).map(ident).join(", ") : literal(value);
    return `${alter} SET ${ident(name)} = ${text}`;
  });
  await withSession(query.server, query.database, (client) =>
    client.query(`BEGIN; ${[`${alter} RESET ALL`, ...statements].join("; ")}; COMMIT`),
  );
}

/** The role's settings in one database, by name. */
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
        const at = setting.indexOf("=");
        return [setting.slice(0, at), plainList(setting.slice(0, at), setting.slice(at + 1))];
      }),
    );
  });
}

/** A list in the form that `applyRoleSettings` takes: quoted only where it must be. */
function plainList(name: string, value: string): string {
  if (!LIST_SETTINGS.has(name)) return value;
  return splitIdentifiers(value)
    .map((part) => (/^[a-z_][a-z0-9_$]*$/.test(part) ? part : ident(part)))
    .join(", ");
}
