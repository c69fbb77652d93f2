import { NEVER } from "../environment";
import { at, text, texts } from "../known";
import type { Judged, Rule } from "../rule";
import { TYPES } from "../types";

/** What a service's role may not be, and what it could do then. */
const ATTRIBUTES: readonly (readonly [property: string, attribute: string, danger: string])[] = [
  ["superuser", "SUPERUSER", "it passes every check there is, and reads and writes files of the server"],
  ["bypassRowLevelSecurity", "BYPASSRLS", "row security, which keeps tenants apart, is not applied to it"],
  ["createRole", "CREATEROLE", "it can make itself a member of other roles"],
  ["createDatabase", "CREATEDB", "it can fill the server with databases that nobody declared"],
  ["replication", "REPLICATION", "it can copy the whole server, other services' data included"],
];

/** Roles whose members are administrators, or read and write everything. */
const POWERFUL =
  /^(postgres|cloudsqlsuperuser|cloudsqladmin|rds_superuser|azure_pg_admin|pg_(read|write)_all_data|pg_(read|write)_server_files|pg_execute_server_program|pg_maintain)$/;

const remedy = "A service's role owns its own schemas and needs no more: take it out.";

const role = ({ name, props }: Judged): string[] => [
  ...ATTRIBUTES.flatMap(([property, attribute, danger]) =>
    at(props, property) === true ? [`Role ${name} has ${attribute}: ${danger}. ${remedy}`] : [],
  ),
  ...texts(props, "roles")
    .filter((one) => POWERFUL.test(one))
    .map((one) => `Role ${name} is a member of ${one}: what that may do, it may do. ${remedy}`),
];

const membership = ({ props }: Judged): string[] => {
  const [granted, member] = [text(props, "grantRole") ?? "", text(props, "role") ?? "?"];
  if (!POWERFUL.test(granted)) return [];
  return [`Role ${member} is made a member of ${granted}: what that may do, it may do. ${remedy}`];
};

/** Administrators: Cloud SQL's own, and the one that Rehome makes. */
const ADMINISTRATORS = ["postgres", "rehome_admin"];

/** Users that Cloud SQL makes are members of `cloudsqlsuperuser`; administrators are those that must be. */
const cloudUser = ({ props }: Judged): string[] => {
  const user = text(props, "name") ?? "postgres";
  const type = text(props, "type") ?? "BUILT_IN";
  if (ADMINISTRATORS.includes(user) || type !== "BUILT_IN") return [];
  return [
    `User ${user} is made by Cloud SQL, which makes it a member of cloudsqlsuperuser: it can make roles and read most of ` +
      `the server. Let a postgresql.Role be made instead, as services of the stack file have.`,
  ];
};

/** Services are ordinary roles. */
export const privileges: Rule = {
  name: "plain-roles",
  description: "No service's role is a superuser, bypasses row security, or makes roles or databases.",
  levels: NEVER,
  resource: (resource) => {
    if (resource.type === TYPES.role) return role(resource);
    if (resource.type === TYPES.grantRole) return membership(resource);
    return resource.type === TYPES.cloudSqlUser ? cloudUser(resource) : [];
  },
};
