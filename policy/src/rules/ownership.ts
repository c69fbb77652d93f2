import { REFUSED } from "../environment";
import { claims } from "../hosts";
import { text, texts } from "../known";
import type { Judged, Rule, Violation } from "../rule";
import { TYPES } from "../types";

const WRITES = ["INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "CREATE", "ALL"];
/** The end of a schema's logical name. */
const placeOf = (name: string): string => name.slice(name.indexOf("@") + 1).split(":")[0] ?? name;
const encode = (part: string): string =>
  part.replace(
    /[@/.:%\p{Cc}]/gu,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );

/** The roles that may own each place, by its logical name: several, where each has a part of it. */
const ownersByPlace = (resources: readonly Judged[]): ReadonlyMap<string, ReadonlySet<string>> => {
  const owners = new Map<string, Set<string>>();
  for (const { host, database, schema, owner } of claims(resources)) {
    const place = `${encode(host)}/${encode(database)}.${encode(schema)}`;
    owners.set(place, (owners.get(place) ?? new Set()).add(owner));
  }
  return owners;
};

const wrongOwner = (
  schema: Judged,
  owners: ReadonlySet<string>,
  services: ReadonlySet<string>,
): Violation[] => {
  const owner = text(schema.props, "owner");
  if (owner === undefined || owners.has(owner) || !services.has(owner)) return [];
  const message =
    `Schema ${schema.name} is owned by ${owner}, another service's role: that service can read, change and drop what is ` +
    `not its own. Let it be owned by ${[...owners].join(" or ")}; whoever only reads is one of its readers: [${owner}].`;
  return [{ urn: schema.urn, message }];
};

const wrongGrant = (
  grant: Judged,
  owners: ReadonlySet<string>,
  services: ReadonlySet<string>,
): Violation[] => {
  const role = text(grant.props, "role");
  const writes = texts(grant.props, "privileges").filter((one) => WRITES.includes(one.toUpperCase()));
  if (role === undefined || owners.has(role) || !services.has(role) || writes.length === 0) return [];
  const message =
    `Role ${role} is granted ${writes.join(", ")} in ${placeOf(grant.name)}, another service's schema: its data would be ` +
    `changed behind the back of the code that owns it. Write readers: [${role}] on the service, which grants SELECT alone.`;
  return [{ urn: grant.urn, message }];
};

const wrongMember = ({ type, urn, props }: Judged, services: ReadonlySet<string>): Violation[] => {
  const [role, member] = [text(props, "grantRole"), text(props, "role")];
  if (type !== TYPES.grantRole || role === undefined || member === undefined) return [];
  if (!services.has(role) || !services.has(member)) return [];
  const message =
    `Role ${member} is made a member of ${role}, another service's role: it then owns that service's schema too. ` +
    `Delete the membership; write readers: [${member}] on the service whose tables it reads.`;
  return [{ urn, message }];
};

/** A service's schema is its own. */
export const ownership: Rule = {
  name: "own-schemas-only",
  description: "No service's role owns, writes to or creates in another service's schema.",
  levels: REFUSED,
  stack: (resources) => {
    const places = ownersByPlace(resources);
    const services = new Set(claims(resources).map(({ owner }) => owner));
    return resources.flatMap((one) => {
      const owners = places.get(placeOf(one.name));
      if (owners === undefined) return wrongMember(one, services);
      if (one.type === TYPES.schema) return wrongOwner(one, owners, services);
      const grants = one.type === TYPES.grant || one.type === TYPES.defaultPrivileges;
      return grants ? wrongGrant(one, owners, services) : wrongMember(one, services);
    });
  },
};
