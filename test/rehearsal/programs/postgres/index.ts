import * as pulumi from "@pulumi/pulumi";
import * as postgresql from "@pulumi/postgresql";
import * as random from "@pulumi/random";

const config = new pulumi.Config();
const provider = new postgresql.Provider("server", {
  host: "127.0.0.1",
  port: config.requireNumber("port"),
  username: "postgres",
  password: config.requireSecret("password"),
  sslmode: "disable",
});
const options = { provider };

const password = new random.RandomPassword("owner", { length: 24, special: false });
const owner = new postgresql.Role(
  "owner",
  {
    name: 'own"er',
    login: true,
    password: password.result,
    connectionLimit: config.getNumber("limit") ?? 5,
    searchPaths: ["app", "public"],
    statementTimeout: 30_000,
  },
  options,
);
const readers = new postgresql.Role("readers", { name: "readers" }, options);
new postgresql.Role("analyst", { name: "analyst", login: true, roles: [readers.name] }, options);
// a role of somebody else's; for one declared here, `roles` and a GrantRole would undo each other
new postgresql.GrantRole("auditor", { role: "auditor", grantRole: readers.name }, options);

const database = new postgresql.Database("shop", { name: "shop", owner: owner.name }, options);
new postgresql.Grant(
  "nobody",
  { role: "public", database: database.name, objectType: "database", privileges: [] },
  options,
);
for (const [name, role] of [
  ["owner", owner],
  ["readers", readers],
] as const) {
  new postgresql.Grant(
    `connect-${name}`,
    { role: role.name, database: database.name, objectType: "database", privileges: ["CONNECT"] },
    options,
  );
}
const schema = new postgresql.Schema(
  "app",
  { name: "app", database: database.name, owner: owner.name, dropCascade: true },
  // its tables grant to the readers by default: they must be gone before that role can be dropped
  { ...options, dependsOn: [readers] },
);
new postgresql.Grant(
  "readers-usage",
  {
    role: readers.name,
    database: database.name,
    schema: schema.name,
    objectType: "schema",
    privileges: config.getObject<string[]>("usage") ?? ["USAGE"],
  },
  options,
);
new postgresql.DefaultPrivileges(
  "readers-tables",
  {
    role: readers.name,
    owner: owner.name,
    database: database.name,
    schema: schema.name,
    objectType: "table",
    privileges: ["SELECT"],
  },
  options,
);
new postgresql.Extension("pgcrypto", { name: "pgcrypto", database: database.name }, options);

export const login = { user: owner.name, password: password.result };
