import { placementName } from "../../naming";
import type { FindingCode } from "../../codes";
import type { Finding } from "../../types";
import { blocker, some, warning, type Check } from "../finding";
import { copiesRows, sameServer } from "../strategy";

/** What stands around the old home and does not go along. */
export const surroundings: Check = ({ request, strategy, source }) => {
  const { eventTriggers, publications, subscriptions, paths, extensionRows } = source.surroundings;
  const from = placementName(request.from);
  const found: Finding[] = [];
  const warn = (names: readonly string[], code: FindingCode, message: string, remedy: string): void => {
    if (names.length > 0) found.push(warning(code, `${message}: ${some(names)}.`, remedy));
  };
  if (subscriptions.length > 0) {
    found.push(
      blocker(
        "subscriptions",
        `rows arrive in ${from} through subscriptions, which no fence stops and no new home has: ${some(subscriptions)}.`,
        "Drop them there before the move, and subscribe anew in the new home after it.",
      ),
    );
  }
  const copied = copiesRows(strategy);
  warn(
    copied ? eventTriggers : [],
    "event-triggers",
    `database "${request.from.database}" has event triggers, which belong to it and stay there`,
    "Create them in the new home's database if the service relies on them.",
  );
  warn(
    copied ? publications : [],
    "publications",
    `publications hold tables of ${from}, and stay there`,
    "Publish the tables of the new home, and point the subscribers to it.",
  );
  warn(
    copied ? extensionRows : [],
    "extension-rows",
    "tables of extensions hold rows of this database's own, which stay there",
    "Copy them to the new home's database if the service relies on them.",
  );
  const { settings: declared } = request;
  // What a role has in all of a server's databases, it has in the new home's too.
  const lost = source.surroundings.settings.filter(
    ({ name, everywhere }) =>
      declared?.includes(name.toLowerCase()) === false &&
      !(everywhere && sameServer(request.from, request.to)),
  );
  warn(
    strategy === "set-schema" ? [] : lost.map(({ name, of }) => `${name} of ${of}`),
    "settings-not-carried",
    `settings apply in ${from} that are declared anew and never copied`,
    "Write those that the service relies on as its settings in the stack file.",
  );
  if (request.from.schema !== request.to.schema) {
    warn(
      paths,
      "search-path-elsewhere",
      `settings outside ${request.dataset} have schema "${request.from.schema}" on their search_path`,
      "These roles will not find its objects; change ALTER ROLE or ALTER DATABASE ... SET search_path.",
    );
  }
  return found;
};

/** Rights, which are declared anew for the new home and never copied. */
export const rightsOfOthers: Check = ({ request, strategy, source, target }) => {
  const { grants, withheld, policyRoles, bound, definers } = source.surroundings;
  const found: Finding[] = [];
  const grantees = [...new Set(grants.map((grant) => grant.grantee))].map((grantee) => {
    const objects = grants.filter((grant) => grant.grantee === grantee).map((grant) => grant.object);
    return `${grantee} (${some([...new Set(objects)], 3)})`;
  });
  if (grantees.length > 0) {
    found.push(
      warning(
        "rights-not-carried",
        `others than "${request.from.owner}" hold rights in the old home, which are declared anew and never copied: ${some(grantees)}.`,
        "Name them in the stack file, as readers for example.",
      ),
    );
  }
  if (withheld.length > 0 && copiesRows(strategy)) {
    found.push(
      warning(
        "rights-widened",
        `PUBLIC may not execute ${some(withheld)} in the old home; in the new one it may, as of any new function.`,
        "Revoke EXECUTE there if it matters to others that can use the schema.",
      ),
    );
  }
  if (bound.length > 0) {
    found.push(
      blocker(
        "row-security-lifted",
        `row security binds "${request.from.owner}" in the old home, where the tables are another's; in the new one it is their owner, whom it does not bind: ${some(bound)}.`,
        "Run ALTER TABLE ... FORCE ROW LEVEL SECURITY there first: it comes along and binds the owner too.",
      ),
    );
  }
  if (definers.length > 0) {
    found.push(
      warning(
        "definer-changed",
        `functions run with the rights of another than "${request.to.owner}", who owns them in the new home, and with its rights there: ${some(definers)}.`,
        "Check that these rights are enough for what they do.",
      ),
    );
  }
  const missing = policyRoles.filter(
    ({ role }) => role !== request.from.owner && target !== undefined && !target.roles.has(role),
  );
  if (missing.length > 0) {
    found.push(
      blocker(
        "policy-role-missing",
        `policies name roles that host "${request.to.host}" does not have: ${some(missing.map(({ policy, role }) => `${policy} names ${role}`))}.`,
        "Create the roles there, or change the policies first.",
      ),
    );
  }
  return found;
};
