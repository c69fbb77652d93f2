import type pg from "pg";
import { SQLSTATE, codeOf } from "../errors";
import { rows } from "../sql/connect";
import { ident } from "../sql/quote";
import type { Statement } from "./statements";

/** Definitions that PostgreSQL lets superusers alone make; none of them runs code of the schema. */
const PRIVILEGED = new Set([
  "AlterFunctionStmt",
  "AlterOpFamilyStmt",
  "AlterTypeStmt",
  "CommentStmt",
  "CreateCastStmt",
  "CreateFunctionStmt",
  "CreateOpClassStmt",
  "CreateOpFamilyStmt",
  "DefineStmt",
]);

/**
 * Runs a definition as the owner, in a transaction; what the owner may not define, the administrator defines, whose it
 * was in the old home too.
 */
export async function runAsOwner(
  client: pg.Client,
  owner: string,
  { sql, node }: Pick<Statement, "sql" | "node">,
): Promise<void> {
  if (!PRIVILEGED.has(node)) {
    await client.query(sql);
    return;
  }
  await client.query("SAVEPOINT definition");
  try {
    await client.query(sql);
  } catch (error) {
    if (
      codeOf(error) !== SQLSTATE.insufficientPrivilege &&
      codeOf(error) !== SQLSTATE.invalidFunctionDefinition
    )
      throw error;
    await client.query("ROLLBACK TO SAVEPOINT definition; RESET ROLE");
    try {
      await client.query(sql);
    } catch {
      // Neither may: the owner's refusal says more.
      throw error;
    }
    await client.query(`SET LOCAL ROLE ${ident(owner)}`);
  }
  await client.query("RELEASE SAVEPOINT definition");
}

const STRANGERS = `
  SELECT sql FROM (
    SELECT 'pg_proc'::regclass AS classid, p.oid, p.proowner AS owner, format('ALTER ROUTINE %s', p.oid::regprocedure) AS sql
    FROM pg_proc p WHERE p.pronamespace = $1::regnamespace AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i')
    UNION ALL SELECT 'pg_type'::regclass, t.oid, t.typowner, format('ALTER TYPE %s', t.oid::regtype)
    FROM pg_type t WHERE t.typnamespace = $1::regnamespace AND t.typtype = 'b' AND t.typcategory <> 'A'
    UNION ALL SELECT 'pg_opclass'::regclass, o.oid, o.opcowner, format('ALTER OPERATOR CLASS %I.%I USING %I', $2::text, o.opcname, m.amname)
    FROM pg_opclass o JOIN pg_am m ON m.oid = o.opcmethod WHERE o.opcnamespace = $1::regnamespace
    UNION ALL SELECT 'pg_opfamily'::regclass, f.oid, f.opfowner, format('ALTER OPERATOR FAMILY %I.%I USING %I', $2::text, f.opfname, m.amname)
    FROM pg_opfamily f JOIN pg_am m ON m.oid = f.opfmethod WHERE f.opfnamespace = $1::regnamespace
    UNION ALL SELECT 'pg_collation'::regclass, l.oid, l.collowner, format('ALTER COLLATION %I.%I', $2::text, l.collname)
    FROM pg_collation l WHERE l.collnamespace = $1::regnamespace
  ) made WHERE pg_get_userbyid(made.owner) <> $3
    AND NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = made.classid AND x.objid = made.oid AND x.deptype = 'e')`;

/** Gives the owner what the administrator had to define. */
export async function giveToOwner(client: pg.Client, schema: string, owner: string): Promise<void> {
  await client.query("SET LOCAL search_path = pg_catalog");
  const found = await rows<{ sql: string }>(client, STRANGERS, [ident(schema), schema, owner]);
  for (const { sql } of found) await client.query(`${sql} OWNER TO ${ident(owner)}`);
}
