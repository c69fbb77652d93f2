import * as postgresql from "@pulumi/postgresql";
import type * as pulumi from "@pulumi/pulumi";
import { optionsOn, type Declaring } from "../declaring";
import type { ConnectAt } from "../inventory";
import { databaseName, inDatabase, onHost } from "../naming";
import type { DeclaredDatabase } from "./declare-databases";
import type { DeclaredRole } from "./declare-roles";
import { RoleSettings } from "./role-settings";

/** What was declared before. */
export interface Declared {
  readonly databases: ReadonlyMap<string, DeclaredDatabase>;
  /** By `onHost(role, host)`. */
  readonly roles: ReadonlyMap<string, DeclaredRole>;
  /** By dataset. */
  readonly migrations: ReadonlyMap<string, pulumi.Resource>;
}

const before = ({ host, database, role, datasets }: ConnectAt, declared: Declared): pulumi.Resource[] => {
  const at = declared.databases.get(databaseName(host, database));
  const own = declared.roles.get(onHost(role, host))?.role;
  return [
    ...(at ? [at.database, ...at.rights] : []),
    ...(own ? [own] : []),
    ...datasets.flatMap((dataset) => declared.migrations.get(dataset) ?? []),
  ];
};

/**
 * Lets roles connect to the databases of their homes, once the data is there: on the way back, too, nobody writes to a
 * home that is still being filled. By `inDatabase(role, host, database)`.
 */
export const declareConnects = (
  declaring: Declaring,
  declared: Declared,
): ReadonlyMap<string, pulumi.CustomResource> =>
  new Map(
    declaring.inventory.connects.flatMap((at) => {
      const { host, database, role } = at;
      const on = optionsOn(declaring, host);
      if (on === undefined) return [];
      const name = inDatabase(role, host, database);
      const grant = new postgresql.Grant(
        name,
        { role, database, objectType: "database", privileges: ["CONNECT", "TEMPORARY"] },
        { ...on.options, dependsOn: before(at, declared) },
      );
      return [[name, grant] as const];
    }),
  );

/** Declares each role's settings in each of its databases. By `inDatabase(role, host, database)`. */
export const declareSettings = (
  declaring: Declaring,
  declared: Declared,
): ReadonlyMap<string, pulumi.CustomResource> =>
  new Map(
    declaring.inventory.settings.flatMap((at) => {
      const { host, database, role, settings } = at;
      const on = optionsOn(declaring, host);
      if (on === undefined) return [];
      const name = inDatabase(role, host, database);
      const { parent } = declaring;
      const options = { parent, dependsOn: before(at, declared) };
      return [
        [
          name,
          new RoleSettings(name, { server: on.host.connection, database, role, settings }, options),
        ] as const,
      ];
    }),
  );
