import type pg from "pg";
import { SQLSTATE, codeOf } from "../errors";
import { rows } from "../sql/connect";
import { ident } from "../sql/quote";

/** One right that somebody has: the object as `GRANT` names it, the privileges, and to whom. */
interface Right {
  readonly object: string;
  readonly privileges: string;
  /** Null for `PUBLIC`. */
  readonly grantee: string | null;
  readonly grantable: boolean;
}

const WHO = `CASE WHEN acl.grantee = 0 THEN NULL ELSE pg_catalog.pg_get_userbyid(acl.grantee)::text END AS grantee, acl.is_grantable AS grantable`;

const ON_SCHEMA = `
  SELECT format('SCHEMA %I', n.nspname) AS object, string_agg(acl.privilege_type, ', ') AS privileges, ${WHO}
  FROM pg_catalog.pg_namespace n, pg_catalog.aclexplode(coalesce(n.nspacl, pg_catalog.acldefault('n', n.nspowner))) acl
  WHERE n.nspname = $1 GROUP BY n.nspname, acl.grantee, acl.is_grantable`;

const RELATIONS = `
  pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace AND n.nspname = $1
    AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND ($2::text[] IS NULL OR c.relname = ANY ($2))
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')`;

const ON_RELATIONS = `
  SELECT format('%s %I.%I', CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, n.nspname, c.relname) AS object,
    string_agg(acl.privilege_type, ', ') AS privileges, ${WHO}
  FROM ${RELATIONS}, pg_catalog.aclexplode(coalesce(c.relacl, pg_catalog.acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner))) acl
  GROUP BY c.relkind, n.nspname, c.relname, acl.grantee, acl.is_grantable
  UNION ALL
  SELECT format('TABLE %I.%I', n.nspname, c.relname), string_agg(format('%s (%I)', acl.privilege_type, a.attname), ', '), ${WHO}
  FROM ${RELATIONS} JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attacl IS NOT NULL, pg_catalog.aclexplode(a.attacl) acl
  GROUP BY n.nspname, c.relname, acl.grantee, acl.is_grantable`;

/** How to take rights away, and how to give them back. */
export interface Closure {
  readonly revoke: readonly string[];
  readonly restore: readonly string[];
}

/**
 * Takes a schema from everyone, its owner included, so that nothing is created or read there any more. Where extensions
 * live in it, others go on needing it, and without `USAGE` they would silently get other operators: there the relations
 * are taken one by one. An administrator that is no superuser sees the schema by rights of the owner's; it keeps what
 * the end of a move reads there.
 * @param relations the names of those that are to be closed where the schema is others' too; absent: all of it
 */
export async function closure(
  client: pg.Client,
  schema: string,
  relations?: readonly string[],
): Promise<Closure> {
  const [held] = await rows<{ extensions: boolean; administrator: string | null }>(
    client,
    `SELECT EXISTS (SELECT FROM pg_catalog.pg_extension e WHERE e.extnamespace = n.oid) AS extensions,
       (SELECT r.rolname::text FROM pg_catalog.pg_roles r
        WHERE r.rolname = current_user AND NOT r.rolsuper AND r.oid <> n.nspowner) AS administrator
     FROM pg_catalog.pg_namespace n WHERE n.nspname = $1`,
    [schema],
  );
  const open = relations !== undefined || held?.extensions === true;
  const onSchema = relations === undefined ? await rows<Right>(client, ON_SCHEMA, [schema]) : [];
  const onRelations = open ? await rows<Right>(client, ON_RELATIONS, [schema, relations ?? null]) : [];
  const kept = keeps(held?.administrator ?? null, schema, open, onRelations);
  return {
    revoke: [
      ...revokeSql(onSchema, open ? "CREATE" : "ALL"),
      ...revokeSql(onRelations, "ALL"),
      ...kept.map((right) => grantSql(right)),
    ],
    restore: [
      ...kept.map(
        ({ privileges, object, grantee: name }) =>
          `REVOKE ${privileges} ON ${object} FROM ${ident(name)} CASCADE`,
      ),
      ...[...onSchema, ...onRelations].map(grantSql),
    ],
  };
}

/** What the administrator goes on seeing: the schema's names, or what its sequences have given out. */
function keeps(
  administrator: string | null,
  schema: string,
  open: boolean,
  onRelations: readonly Right[],
): (Right & { grantee: string })[] {
  if (administrator === null) return [];
  const right = (privileges: string, object: string): Right & { grantee: string } => ({
    privileges,
    object,
    grantee: administrator,
    grantable: false,
  });
  if (!open) return [right("USAGE", `SCHEMA ${ident(schema)}`)];
  const sequences = onRelations
    .map(({ object }) => object)
    .filter((object) => object.startsWith("SEQUENCE "));
  return [...new Set(sequences)].map((sequence) => right("SELECT", sequence));
}

const grantee = ({ grantee: name }: Right): string => (name === null ? "PUBLIC" : ident(name));

const grantSql = (right: Right): string =>
  `GRANT ${right.privileges} ON ${right.object} TO ${grantee(right)}${right.grantable ? " WITH GRANT OPTION" : ""}`;

/** A statement for each object, from all who have something on it. */
function revokeSql(rights: readonly Right[], privileges: string): string[] {
  const holders = new Map<string, Set<string>>();
  for (const right of rights)
    holders.set(right.object, (holders.get(right.object) ?? new Set()).add(grantee(right)));
  return [...holders].map(
    ([object, from]) => `REVOKE ${privileges} ON ${object} FROM ${[...from].join(", ")} CASCADE`,
  );
}

/** Runs `GRANT`s, but those to roles, or on objects, that have been dropped since. To be called in a transaction. */
export async function grantAgain(client: pg.Client, statements: readonly string[]): Promise<void> {
  for (const sql of statements) {
    await client.query("SAVEPOINT grant_again");
    try {
      await client.query(sql);
    } catch (error) {
      const code = codeOf(error);
      if (code !== SQLSTATE.undefinedObject && code !== SQLSTATE.undefinedTable) throw error;
      await client.query("ROLLBACK TO SAVEPOINT grant_again");
    }
    await client.query("RELEASE SAVEPOINT grant_again");
  }
}
