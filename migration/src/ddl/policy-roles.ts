import type pg from "pg";
import { rows } from "../sql/connect";
import { ident, qualified } from "../sql/quote";
import { nameOf } from "./constants";
import { scan } from "./rename-code";
import type { Statement } from "./statements";

/**
 * A policy for the role that owns the dataset is for the one that will own it; other roles keep their names.
 * @param from the old home's owner
 * @param to the new home's
 */
export function withPolicyOwner(statement: Statement, from: string, to: string): Statement {
  if (statement.node !== "CreatePolicyStmt" || from === to) return statement;
  const tokens = scan(statement.sql) ?? [];
  const start = tokens.findIndex((token) => token.text === "TO");
  if (start < 0) return statement;
  const bytes = Buffer.from(statement.sql, "utf8");
  let text = "";
  let done = 0;
  for (const token of tokens.slice(start + 1)) {
    if (token.text === "USING" || token.text === "WITH") break;
    if (token.text === "," || nameOf(token.text) !== from) continue;
    text += bytes.subarray(done, token.start).toString("utf8") + ident(to);
    done = token.end;
  }
  return { ...statement, sql: text + bytes.subarray(done).toString("utf8") };
}

/** The same for policies that stand already. To be called in a transaction. */
export async function givePolicies(
  client: pg.Client,
  schema: string,
  from: string,
  to: string,
): Promise<void> {
  if (from === to) return;
  const found = await rows<{ policy: string; table: string; roles: (string | null)[] }>(
    client,
    `SELECT p.polname::text AS policy, c.relname::text AS table,
       (SELECT array_agg(CASE WHEN role <> 0 THEN pg_get_userbyid(role)::text END) FROM unnest(p.polroles) role) AS roles
     FROM pg_catalog.pg_policy p JOIN pg_catalog.pg_class c ON c.oid = p.polrelid
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1`,
    [schema],
  );
  for (const { policy, table, roles } of found.filter((one) => one.roles.includes(from))) {
    const names = roles.map((role) => (role === null ? "PUBLIC" : ident(role === from ? to : role)));
    await client.query(
      `ALTER POLICY ${ident(policy)} ON ${qualified(schema, table)} TO ${[...new Set(names)].join(", ")}`,
    );
  }
}
