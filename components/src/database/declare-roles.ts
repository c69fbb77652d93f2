import { createHash } from "node:crypto";
import * as postgresql from "@pulumi/postgresql";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { scramVerifier } from "@rehome/postgres";
import { optionsOn, type Declaring } from "../declaring";
import type { SchemaAt } from "../inventory";
import { onHost } from "../naming";

/** A declared role and its password. */
export interface DeclaredRole {
  readonly role: postgresql.Role;
  /** Secret. One for each role and host. */
  readonly password: pulumi.Output<string>;
  /** What the server keeps of it, the very same. Secret. */
  readonly verifier: pulumi.Output<string>;
}

/** Changing this value of the configuration gives every role a new password. */
const keepers = (): { keepers?: Record<string, string> } => {
  const rotation = new pulumi.Config("rehome").get("passwordRotation");
  return rotation === undefined ? {} : { keepers: { rotation } };
};

/**
 * What the server is to keep of a role's password, made here: a password sent in SQL stands in the server's log as soon
 * as that logs statements, or refuses this one. The salt is no secret, but must be the same in every run.
 */
const verifierOf = (password: string, name: string): string => {
  const whose = JSON.stringify([pulumi.getProject(), pulumi.getStack(), name]);
  return scramVerifier(password, createHash("sha256").update(whose).digest().subarray(0, 16));
};

/** Declares the roles of the hosts that Rehome manages, without any right yet. By `onHost(role, host)`. */
export const declareRoles = (declaring: Declaring): ReadonlyMap<string, DeclaredRole> =>
  new Map(
    declaring.inventory.roles.flatMap(({ host, role: name, connectionLimit }) => {
      const on = optionsOn(declaring, host);
      if (on === undefined) return [];
      const { result: password } = new random.RandomPassword(
        onHost(name, host),
        { length: 32, special: false, ...keepers() }, // no special characters: it goes into URLs
        { parent: declaring.parent, additionalSecretOutputs: ["result"] },
      );
      const limit = connectionLimit === undefined ? {} : { connectionLimit };
      const verifier = password.apply((secret) => verifierOf(secret, onHost(name, host)));
      const role = new postgresql.Role(
        onHost(name, host),
        { name, login: true, password: verifier, ...limit },
        { ...on.options, ...on.retain, hooks: { beforeCreate: [declaring.creation.role] } },
      );
      return [[onHost(name, host), { role, password, verifier }] as const];
    }),
  );

/**
 * The declared roles that have rights in a schema: its owner, and those who read it. The schema depends on them all, so
 * that it goes before they do: PostgreSQL keeps a role that any table still grants something to.
 */
export const rolesOf = (
  { placement: { host }, owner, inhabitants, readers }: SchemaAt,
  roles: ReadonlyMap<string, DeclaredRole>,
): postgresql.Role[] =>
  [...new Set([owner, ...inhabitants, ...readers])].flatMap(
    (role) => roles.get(onHost(role, host))?.role ?? [],
  );
