import * as postgresql from "@pulumi/postgresql";
import type * as pulumi from "@pulumi/pulumi";
import type { Placement } from "@rehome/topology";
import { optionsOn, type Declaring } from "../declaring";
import { schemaName } from "../naming";

/**
 * Declares a schema. Deleting it deletes what is in it, and the guard decides whether that may be: on someone else's
 * server it is left, unless the stack file says otherwise.
 */
export const declareSchema = (
  declaring: Declaring,
  placement: Placement,
  owner: string,
  dependsOn: pulumi.Resource[],
  parent: pulumi.Resource = declaring.parent,
): postgresql.Schema => {
  const on = optionsOn(declaring, placement.host);
  if (on === undefined) throw new Error(`${schemaName(placement)} is on a host that Rehome does not manage.`);
  // `public` goes with its database: dropping it alone would take the extensions in it, and with them columns of theirs
  // in every other schema.
  const stays = on.retain.retainOnDelete || placement.schema === "public";
  const guarded = stays ? { retainOnDelete: true } : { hooks: { beforeDelete: [declaring.guard.schema] } };
  return new postgresql.Schema(
    schemaName(placement),
    { name: placement.schema, database: placement.database, owner, ifNotExists: true, dropCascade: true },
    { ...on.options, ...guarded, parent, dependsOn },
  );
};
