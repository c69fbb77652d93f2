import * as postgresql from "@pulumi/postgresql";
import * as pulumi from "@pulumi/pulumi";
import type { Placement } from "@rehome/topology";
import { optionsOn, type Declaring } from "../declaring";
import type { SchemaAt } from "../inventory";
import { databaseName, encodePart, inSchema, onHost } from "../naming";
import type { DeclaredDatabase } from "./declare-databases";
import { rolesOf, type DeclaredRole } from "./declare-roles";
import { declareSchema } from "./declare-schema";

/** Arguments of a `ServiceDatabase`. */
export interface ServiceDatabaseArgs {
  readonly at: SchemaAt;
  readonly databases: ReadonlyMap<string, DeclaredDatabase>;
  /** By `onHost(role, host)`. */
  readonly roles: ReadonlyMap<string, DeclaredRole>;
  /** Connections that the service may open. Absent: not known. */
  readonly connections?: number;
}

/** A service's schema in a placement: owned by the service's role, and read by those who may. */
export class ServiceDatabase extends pulumi.ComponentResource {
  /** Where it is. */
  readonly placement: Placement;
  /** What a migration into or out of it needs: database, role and schema. */
  readonly ready: readonly pulumi.Resource[];
  readonly #at: SchemaAt;
  readonly #roles: ReadonlyMap<string, DeclaredRole>;
  readonly #declaring: Declaring;

  /** Made by a `Topology`, whose hosts, databases and roles it goes by; named `core@shared/chiro_erp.core_schema`. */
  constructor(declaring: Declaring, { at, databases, roles, connections }: ServiceDatabaseArgs) {
    const { placement, service, owner, inhabitants, use } = at;
    const parent = declaring.parent;
    const { host, database: name, schema } = placement;
    super("rehome:index:ServiceDatabase", inSchema(service, placement), {}, { parent });
    const database = databases.get(databaseName(host, name));
    const before = [...(database ? [database.database] : []), ...rolesOf(at, roles)];
    const admin = declaring.hosts.get(host)?.admin ?? owner;
    const own = schema === "public" ? database?.publicSchema : undefined;
    this.placement = placement;
    this.#at = at;
    this.#roles = roles;
    this.#declaring = declaring;
    this.ready = this.#admitInhabitants([
      ...before,
      own ?? declareSchema(declaring, placement, inhabitants.length > 0 ? admin : owner, before, this),
      ...(database?.rights ?? []), // a schema's rights are changed by one at a time
    ]);
    // What policies judge: nothing here needs it.
    const told = use === "home" && connections !== undefined ? { service, host, connections } : {};
    this.registerOutputs({ schema, ...told });
  }

  /** Lets those create their tables who have a part of the schema. */
  #admitInhabitants(ready: readonly pulumi.Resource[]): readonly pulumi.Resource[] {
    const { placement, inhabitants } = this.#at;
    const { host, database, schema } = placement;
    const on = optionsOn(this.#declaring, host);
    if (on === undefined) return ready;
    return inhabitants.reduce<readonly pulumi.Resource[]>((before, role) => {
      const options = { ...on.options, parent: this, dependsOn: [...before] };
      const privileges = ["USAGE", "CREATE"];
      const grant = { role, database, schema, objectType: "schema", privileges };
      return [...before, new postgresql.Grant(inSchema(role, placement), grant, options)];
    }, ready);
  }

  /**
   * Lets the readers in, once the data is there: to use the schema, and to read every table and sequence that is there
   * and that the owner will create. One after the other, because PostgreSQL refuses two changes of one object's rights
   * at the same time.
   */
  admitReaders(after: readonly pulumi.Resource[]): void {
    const { placement, owner, inhabitants, readers } = this.#at;
    const { host, database, schema } = placement;
    const on = optionsOn(this.#declaring, host);
    if (on === undefined) return;
    let before = [...after, ...this.ready];
    const next = (resource: pulumi.Resource): void => void (before = [resource]);
    for (const role of readers) {
      const reader = this.#roles.get(onHost(role, host))?.role;
      if (reader) before = [...before, reader];
      const name = inSchema(role, placement);
      const options = () => ({ ...on.options, parent: this, dependsOn: before });
      const where = { role, database, schema };
      if (!inhabitants.includes(role)) {
        const use = { ...where, objectType: "schema", privileges: ["USAGE"] };
        next(new postgresql.Grant(name, use, options()));
      }
      for (const objectType of ["table", "sequence"]) {
        const select = { ...where, objectType, privileges: ["SELECT"] };
        const named = `${name}:${objectType}`;
        for (const creator of new Set([owner, ...inhabitants])) {
          const theirs = creator === owner ? named : `${named}:${encodePart(creator)}`;
          next(new postgresql.DefaultPrivileges(theirs, { ...select, owner: creator }, options()));
        }
        next(new postgresql.Grant(named, select, options()));
      }
    }
  }
}
