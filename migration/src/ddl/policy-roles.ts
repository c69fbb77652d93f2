import { ident } from "../sql/quote";
import { nameOf, scan } from "./rename-code";
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
