import { grantOwnerSql } from "../../ddl/assume-owners";
import type { Rights } from "../../inspect/rights";
import { ident } from "../../sql/quote";
import type { Finding } from "../../types";
import { extensionHome } from "../renaming";
import { blocker, some, warning, type Check } from "../finding";
import { copiesRows } from "../strategy";

/** What an administrator that is no superuser needs, at either end. */
export const rights: Check = ({ request, strategy, source, target }) => {
  const found = atEnd(request.from.host, source.rights);
  if (target === undefined) return found;
  found.push(...atEnd(request.to.host, target.rights, source.rights.forcedRowSecurity));
  const admin = target.rights;
  if (admin.superuser || strategy === "set-schema") return found;
  const need = needs(request.to.host, admin);
  if (copiesRows(strategy) && !admin.createDatabases) {
    const why = "a scratch database, in which definitions are renamed";
    found.push(need(why, `ALTER ROLE ${ident(admin.user)} CREATEDB`));
  }
  const untrusted = admin.managed
    ? []
    : source.extensions.filter(
        ({ name }) => target.availableExtensions.has(name) && !target.trustedExtensions.has(name),
      );
  if (untrusted.length > 0) {
    const names = some(untrusted.map(({ name }) => name));
    found.push(
      blocker(
        "rights-missing",
        `administrator "${admin.user}" of host "${request.to.host}" cannot create the extensions ${names}, which need a superuser.`,
        "Move as a superuser, or drop them from the old home's database if nothing uses them.",
      ),
    );
  }
  const fixed = source.extensions.filter(
    (extension) => extensionHome(extension, request, target) !== extension.schema,
  );
  if (copiesRows(strategy) && fixed.length > 0) {
    found.push(
      blocker(
        "rights-missing",
        `administrator "${admin.user}" of host "${request.to.host}" cannot take extensions to other schemas than in the old home, which needs a superuser: ${some(fixed.map(({ name, schema }) => `${name} from ${schema}`))}.`,
        "Move as a superuser, or have the extensions in the same schemas at both ends.",
      ),
    );
  }
  return found;
};

/** @param arriving tables with forced row security that are still to come */
function atEnd(host: string, admin: Rights, arriving: readonly string[] = []): Finding[] {
  if (admin.superuser) return [];
  const need = needs(host, admin);
  const found: Finding[] = [];
  if (!admin.createSchemas) {
    const grant = `GRANT CREATE ON DATABASE ${ident(admin.database)} TO ${ident(admin.user)}`;
    found.push(need("the journal's schema", grant));
  }
  for (const { name, usable, grantable } of admin.owners) {
    if (usable || grantable) continue;
    const remedy =
      name === "pg_database_owner"
        ? `ALTER DATABASE ${ident(admin.database)} OWNER TO ${ident(admin.user)}`
        : grantOwnerSql(name, admin);
    found.push(need(`acting as "${name}", which owns what moves`, remedy));
  }
  const forced = [...new Set([...admin.forcedRowSecurity, ...arriving])];
  if (forced.length > 0 && !admin.bypassRowSecurity) {
    const why = `reading all rows under the forced row security of ${some(forced)}`;
    found.push(need(why, `ALTER ROLE ${ident(admin.user)} BYPASSRLS`));
  }
  if (!admin.signalSessions) {
    found.push(
      warning(
        "rights-sessions",
        `administrator "${admin.user}" of host "${host}" cannot end other roles' sessions: they are refused from the fence on, and stay open.`,
        `Run GRANT pg_signal_backend TO ${ident(admin.user)} to have them ended.`,
      ),
    );
  }
  return found;
}

const needs =
  (host: string, { user }: Rights) =>
  (why: string, sql: string): Finding =>
    blocker(
      "rights-missing",
      `administrator "${user}" of host "${host}" lacks the right for ${why}.`,
      `Run ${sql} there as one who may.`,
    );
