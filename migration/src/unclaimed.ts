import type pg from "pg";
import { codeOf, RehomeError, SQLSTATE } from "./errors";
import { FIRST_OWN_OID } from "./inspect/own-rows";
import { rows, withSession } from "./sql/connect";
import { ident } from "./sql/quote";
import type { ServerConnection } from "./types";

/** A database or a role, by its name on its server. */
export interface Claim {
  readonly kind: "database" | "role";
  readonly name: string;
}

/**
 * What stands where something is about to be created: nothing (`absent`), what a run leaves that was killed right after it
 * had made it (`bare`), or anything else (`used`): what a stack knows of has rights at least, which it declares.
 */
export type Standing = "absent" | "bare" | "used";

/** Whether nobody was given or denied a right in it, and whether its deletion was cut short: it has nothing any more then. */
const DATABASE = `SELECT datacl IS NULL AND datallowconn AS untouched, datconnlimit = -2 AS broken
   FROM pg_catalog.pg_database WHERE datname = $1`;

/** Asked in the database itself: whether it holds nothing but what came with it. */
const BARE_DATABASE = `SELECT NOT EXISTS (SELECT FROM pg_catalog.pg_namespace
     WHERE nspname !~ '^pg_' AND nspname NOT IN ('public', 'information_schema'))
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_class WHERE oid >= $1)
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_proc WHERE oid >= $1)
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_type WHERE oid >= $1)
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_extension WHERE oid >= $1)
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_publication)
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_event_trigger)
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_default_acl)
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_db_role_setting s JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase
     WHERE d.datname = current_database())
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_largeobject_metadata) AS bare`;

/** Whether a role has no right, nothing of its own, no setting, and no membership but that of whoever made it. */
const BARE_ROLE = `SELECT NOT (rolsuper OR rolreplication OR rolcreaterole OR rolcreatedb OR rolbypassrls)
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_shdepend
     WHERE refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass AND refobjid = r.oid)
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_db_role_setting WHERE setrole = r.oid)
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity WHERE usesysid = r.oid)
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_auth_members m
     WHERE m.member = r.oid OR (m.roleid = r.oid AND pg_catalog.pg_get_userbyid(m.member) <> current_user)) AS bare
   FROM pg_catalog.pg_roles r WHERE rolname = $1`;

const answer = async (client: pg.Client, text: string, value: unknown): Promise<Standing> => {
  const [row] = await rows<{ bare: boolean }>(client, text, [value]);
  return row === undefined ? "absent" : row.bare ? "bare" : "used";
};

/** What stands on a server where a stack is about to create something. Reads only. */
export async function standing(server: ServerConnection, { kind, name }: Claim): Promise<Standing> {
  if (kind === "role")
    return await withSession(server, "postgres", (client) => answer(client, BARE_ROLE, name));
  const [there] = await withSession(server, "postgres", (client) =>
    rows<{ untouched: boolean; broken: boolean }>(client, DATABASE, [name]),
  );
  if (there === undefined) return "absent";
  if (there.broken) return "bare";
  if (!there.untouched) return "used";
  try {
    return await withSession(server, name, (client) => answer(client, BARE_DATABASE, FIRST_OWN_OID));
  } catch (error) {
    if (error instanceof RehomeError && !error.retryable) return "used"; // whoever may not look takes nothing away
    throw error;
  }
}

/** Somebody has begun to use what was bare, or it is another's. */
const KEPT: readonly unknown[] = [
  SQLSTATE.objectInUse,
  SQLSTATE.dependentObjects,
  SQLSTATE.insufficientPrivilege,
];

/** Removes what stands bare. @returns false where somebody has begun to use it, or it is another's */
export async function removeBare(server: ServerConnection, claim: Claim): Promise<boolean> {
  if ((await standing(server, claim)) !== "bare") return false;
  const { kind, name } = claim;
  try {
    await withSession(server, "postgres", (client) =>
      client.query(`DROP ${kind === "role" ? "ROLE" : "DATABASE"} IF EXISTS ${ident(name)}`),
    );
    return true;
  } catch (error) {
    if (KEPT.includes(codeOf(error))) return false;
    throw error;
  }
}
