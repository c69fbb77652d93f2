import * as pulumi from "@pulumi/pulumi";
import type { Claim, ServerConnection } from "@rehome/migration";
import type { Expanded } from "@rehome/topology";
import { decodeName, decodeOnHost } from "../naming";
import { occupiedRefusal, type Engine } from "./occupied";

/** Loaded when something is to be created. */
const loadEngine = (): Promise<Engine> => import("@rehome/migration");

/**
 * Stands before databases and roles are created: what is on a server already, and unknown to the stack, is told in the
 * preview, with what to write. Otherwise the provider would say no more than that it exists, in the middle of an update.
 */
export class CreationGuard {
  /** For `beforeCreate` of databases, named by `databaseName`. */
  readonly database: pulumi.ResourceHook;
  /** For `beforeCreate` of roles, named by `onHost`. */
  readonly role: pulumi.ResourceHook;
  readonly #hosts: Expanded["hosts"];
  readonly #servers: ReadonlyMap<string, ServerConnection>;

  constructor(name: string, { hosts }: Expanded, servers: ReadonlyMap<string, ServerConnection>) {
    this.#hosts = hosts;
    this.#servers = servers;
    const hook = (kind: Claim["kind"], at: (name: string) => { host: string; name: string } | undefined) =>
      new pulumi.ResourceHook(
        `rehome-creation-${kind}-${name}`,
        async (args) => {
          const refusal = await this.#refusal(kind, at(args.name));
          if (refusal !== undefined) throw new Error(refusal);
        },
        { onDryRun: true },
      );
    this.database = hook("database", (logical) => {
      const { host, database } = decodeName(logical) ?? {};
      return host === undefined || database === undefined ? undefined : { host, name: database };
    });
    this.role = hook("role", (logical) => {
      const { host, who } = decodeOnHost(logical) ?? {};
      return host === undefined || who === undefined ? undefined : { host, name: who };
    });
  }

  async #refusal(
    kind: Claim["kind"],
    at: { readonly host: string; readonly name: string } | undefined,
  ): Promise<string | undefined> {
    if (at === undefined) return undefined;
    const server = this.#servers.get(at.host);
    if (server === undefined) return undefined; // a server that is still to be created has nothing
    const existing = this.#hosts[at.host]?.platform === "existing";
    const site = { host: at.host, server, existing, preview: pulumi.runtime.isDryRun() };
    return occupiedRefusal({ kind, name: at.name }, site, await loadEngine());
  }
}
