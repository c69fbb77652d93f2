import * as postgresql from "@pulumi/postgresql";
import type * as pulumi from "@pulumi/pulumi";
import type { Placement } from "@rehome/topology";
import { optionsOn, type Declaring } from "../declaring";
import type { DatabaseAt, SchemaAt } from "../inventory";
import { databaseName, inDatabase, inSchema, schemaName } from "../naming";
import { declareSchema } from "./declare-schema";
import { rolesOf, type DeclaredRole } from "./declare-roles";

/** A declared database. */
export interface DeclaredDatabase {
  readonly database: postgresql.Database;
  /** Its schema `public`: it comes with the database and goes with it, whoever owns it in between. */
  readonly publicSchema: postgresql.Schema;
  /** That nobody connects or creates anything who was not told to. */
  readonly rights: readonly pulumi.Resource[];
}

/** The service whose placement a database's `public` is, if any. */
const publicOf = ({ inventory }: Declaring, at: Placement): SchemaAt | undefined =>
  inventory.schemas.find(({ placement }) => schemaName(placement) === schemaName(at));

const declareDatabase = (
  declaring: Declaring,
  { host, database: name }: DatabaseAt,
  roles: ReadonlyMap<string, DeclaredRole>,
): DeclaredDatabase | undefined => {
  const on = optionsOn(declaring, host);
  if (on === undefined) return undefined;
  const beforeDelete = on.retain.retainOnDelete ? [] : [declaring.guard.database];
  const at = { host, database: name, schema: "public" };
  const service = publicOf(declaring, at);
  const owners = service ? rolesOf(service, roles) : []; // `public` goes with the database, so that goes before them
  const database = new postgresql.Database(
    databaseName(host, name),
    { name },
    {
      ...{ ...on.options, ...on.retain, dependsOn: owners },
      hooks: { beforeCreate: [declaring.creation.database], beforeDelete },
    },
  );
  const connect = new postgresql.Grant(
    inDatabase("public", host, name),
    { role: "public", database: name, objectType: "database", privileges: [] },
    { ...on.options, dependsOn: [database] },
  );
  const owner = service === undefined || service.inhabitants.length > 0 ? on.host.admin : service.owner;
  const publicSchema = declareSchema(declaring, at, owner, [database, ...owners]);
  const usage = new postgresql.Grant(
    inSchema("public", at),
    { role: "public", database: name, schema: "public", objectType: "schema", privileges: ["USAGE"] },
    { ...on.options, dependsOn: [publicSchema] },
  );
  return { database, publicSchema, rights: [connect, usage] };
};

/** Declares the databases of the hosts that Rehome manages. By `databaseName`. */
export const declareDatabases = (
  declaring: Declaring,
  roles: ReadonlyMap<string, DeclaredRole>,
): ReadonlyMap<string, DeclaredDatabase> =>
  new Map(
    declaring.inventory.databases.flatMap((at) => {
      const declared = declareDatabase(declaring, at, roles);
      return declared === undefined ? [] : [[databaseName(at.host, at.database), declared] as const];
    }),
  );
