import type pg from "pg";
import { SQLSTATE, codeOf } from "../errors";
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
