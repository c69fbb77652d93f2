import * as pulumi from "@pulumi/pulumi";
import type { Claim, ServerConnection } from "@rehome/migration";
import type { Expanded } from "@rehome/topology";
import { decodeName, decodeOnHost } from "../naming";
import { occupiedRefusal, type Engine } from "./occupied";

/** Loaded when something is to be created. */
const loadEngine = (): Promise<Engine> => import("@rehome/migration");

/** What a logical name says is to be created, and on which host. */
type Decode = (logical: string) => { readonly host: string; readonly name: string } | undefined;

const decodeDatabase: Decode = (logical) => {
  const found = decodeName(logical);
  return found && { host: found.host, name: found.database };
};
const decodeRole: Decode = (logical) => {
  const found = decodeOnHost(logical);
  return found && { host: found.host, name: found.who };
};

/**
 * Stands before databases and roles are created: what is on a server already, and unknown to the stack, is told in the
 * preview, with what to write. Otherwise the provider would say no more than that it exists, in the middle of an update.
 */
export class CreationGuard {
  /** For `beforeCreate` of databases, named by `databaseName`. */
  readonly database: pulumi.ResourceHook;
  /** For `beforeCreate` of roles, named by `onHost`. */
  readonly role: pulumi.ResourceHook;

  constructor(name: string, { hosts }: Expanded, servers: ReadonlyMap<string, ServerConnection>) {
    const preview = pulumi.runtime.isDryRun();
    const hook = (kind: Claim["kind"], decode: Decode) =>
      new pulumi.ResourceHook(
        `rehome-creation-${kind}-${name}`,
        async ({ name: logical }) => {
          const at = decode(logical);
          const server = at && servers.get(at.host);
          if (at === undefined || server === undefined) return; // a server that is still to be created has nothing
          const existing = hosts[at.host]?.platform === "existing";
          const site = { host: at.host, server, logical, existing, preview };
          const refusal = await occupiedRefusal({ kind, name: at.name }, site, await loadEngine());
          if (refusal !== undefined) throw new Error(refusal);
        },
        { onDryRun: true },
      );
    this.database = hook("database", decodeDatabase);
    this.role = hook("role", decodeRole);
  }
}
