import type pg from "pg";
import { batchesOf, runsOf } from "../batches";
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

type Definition = Pick<Statement, "sql" | "node" | "about">;

/** Whether it may take an administrator: what is said of the owner's own table does not. */
const isPrivileged = ({ node, about }: Definition): boolean => PRIVILEGED.has(node) && about === undefined;

/**
 * Runs a definition as the owner, in a transaction; what the owner may not define, the administrator defines, whose it
 * was in the old home too.
 */
async function runAsOwner(client: pg.Client, owner: string, definition: Definition): Promise<void> {
  const { sql } = definition;
  if (!isPrivileged(definition)) {
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

/** Statements in one round trip, at most. */
const BATCH = 100;

/**
 * Runs definitions as the owner, in order, in a transaction.
 * @param refused makes the error of a statement that is refused
 */
export async function runAllAsOwner(
  client: pg.Client,
  owner: string,
  statements: readonly Definition[],
  refused: (statement: Definition, error: unknown) => Error,
): Promise<void> {
  for (const plain of runsOf(statements, (statement) => !isPrivileged(statement))) {
    // Each savepoint's end costs more the more has been made before it: all at once, as long as nothing is refused.
    if (plain.length > 1 && (await ranTogether(client, plain))) continue;
    for (const batch of batchesOf(plain, BATCH)) {
      if (batch.length > 1 && batch.length < plain.length && (await ranTogether(client, batch))) continue;
      for (const statement of batch) {
        await runAsOwner(client, owner, statement).catch((error: unknown) => {
          throw refused(statement, error);
        });
      }
    }
  }
}

/** False when one of them is refused: then none has run. */
async function ranTogether(client: pg.Client, statements: readonly Definition[]): Promise<boolean> {
  await client.query("SAVEPOINT definitions");
  try {
    for (const batch of batchesOf(statements, BATCH))
      await client.query(batch.map(({ sql }) => sql).join(";\n"));
    await client.query("RELEASE SAVEPOINT definitions");
    return true;
  } catch {
    await client.query("ROLLBACK TO SAVEPOINT definitions; RELEASE SAVEPOINT definitions");
    return false;
  }
}
