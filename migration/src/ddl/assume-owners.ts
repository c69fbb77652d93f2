import type pg from "pg";
import type { Rights } from "../inspect/rights";
import { ident } from "../sql/quote";

/** Makes the administrator a member of an owner, with its rights and the right to act as it. */
export function grantOwnerSql(owner: string, { user, version }: Pick<Rights, "user" | "version">): string {
  const options = version >= 16 ? " WITH INHERIT TRUE, SET TRUE" : "";
  return `GRANT ${ident(owner)} TO ${ident(user)}${options}`;
}

/**
 * Where the administrator is no superuser: makes it a member of the owners that it may. Stays: the way back and the
 * old home's retirement need it too.
 * @returns whether it has become a member of one
 */
export async function assumeOwners(client: pg.Client, rights: Rights): Promise<boolean> {
  if (rights.superuser) return false;
  const lacking = rights.owners.filter(({ usable, grantable }) => !usable && grantable);
  for (const { name } of lacking) await client.query(grantOwnerSql(name, rights));
  return lacking.length > 0;
}
