import * as pulumi from "@pulumi/pulumi";
import type { MoveResult, ServerConnection } from "@rehome/migration";
import { expand, parseTopology, type Dataset, type Expanded, type TopologyArgs } from "@rehome/topology";
import { connectionsOf, type Connection } from "./connections";
import { CreationGuard } from "./creation/creation-guard";
import { connectionsWanted } from "./database/connections-wanted";
import { declareDatabases } from "./database/declare-databases";
import { declareConnects, declareSettings } from "./database/declare-rights";
import { declareRoles } from "./database/declare-roles";
import { ServiceDatabase } from "./database/service-database";
import type { Declaring } from "./declaring";
import { declareHost } from "./hosts/declare-host";
import { manages, type Host } from "./hosts/host";
import { knownServers } from "./hosts/known-servers";
import { inventory } from "./inventory";
import { declareMigrations, type Moves } from "./migration/declare-migrations";
import { handedByService, handedOut } from "./migration/handed-out";
import { tell } from "./migration/plan-file";
import { waitingLine } from "./migration/waiting";
import { schemaName } from "./naming";
import { ReleaseGuard } from "./release/release-guard";
import { WorkloadCluster } from "./workloads/cluster";
import { declareWorkloads } from "./workloads/declare-workloads";

/** Where a dataset is in its life, and what its last move reported. */
export interface MigrationOutcome {
  /** As the stack file has it: `steady` without `next` and `formerly`, `preparing` with `next`, `moved` with `formerly`. */
  readonly state: "steady" | "preparing" | "moved";
  /** Absent before the first move. */
  readonly result?: MoveResult;
}

/**
 * Where each service's PostgreSQL data lives: declares it all, and moves the data there when it changes.
 *
 * @example
 * ```ts
 * const shop = new Topology("shop", {
 *   hosts: { main: { platform: "local" } },
 *   services: { orders: { home: { host: "main", database: "shop", schema: "orders" } } },
 * });
 * export const connections = shop.connections;
 * ```
 */
export class Topology extends pulumi.ComponentResource {
  /** How each service reaches its data, by service; available once its data is there. Secret. */
  readonly connections: pulumi.Output<Record<string, Connection>>;
  /** How to reach each host as its administrator, for other stacks (`platform: stack`). Secret. */
  readonly hosts: pulumi.Output<Record<string, ServerConnection>>;
  /** Each dataset's state and its last move, by dataset. */
  readonly migrations: pulumi.Output<Record<string, MigrationOutcome>>;

  /** The topology in the stack's configuration, `rehome:topology`; `name` is the component's. Throws a `RunError` that lists every mistake in it. */
  static fromConfig(name = "topology", opts?: pulumi.ComponentResourceOptions): Topology {
    const given = new pulumi.Config("rehome").getObject<TopologyArgs>("topology");
    if (given !== undefined) return new Topology(name, given, opts);
    throw new pulumi.RunError(
      "rehome:topology is missing from this stack's file: write hosts and services there (docs/tutorial.md shows a first one).",
    );
  }

  /**
   * `name` is the component's, in the stack; `args` are the keys of the stack file; `opts` are Pulumi's. Throws a `RunError`
   * that lists every mistake in `args`, or that names a missing password.
   */
  constructor(name: string, args: TopologyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rehome:index:Topology", name, {}, opts);
    const stack = read(args);
    const hosts = this.#declareHosts(stack);
    const declaring = this.#prepare(name, stack, hosts);

    const roles = declareRoles(declaring);
    const databases = declareDatabases(declaring, roles);
    const placed = new Map(
      declaring.inventory.schemas.map((at) => {
        const service = stack.services.find((one) => one.name === at.service);
        const connections = service && connectionsWanted(service);
        const given = { at, databases, roles, ...(connections === undefined ? {} : { connections }) };
        return [schemaName(at.placement), new ServiceDatabase(declaring, given)];
      }),
    );
    for (const wait of stack.waiting) {
      void pulumi.log.warn(waitingLine(wait), this);
      void tell({ kind: "waiting", service: wait.service, line: waitingLine(wait) });
    }
    const handed = handedOut();
    const cluster = once(() => new WorkloadCluster(this, stack));
    const { migrations, proofs } = declareMigrations(declaring, stack, placed, { handed, cluster });
    for (const { placement, datasets } of declaring.inventory.schemas) {
      placed
        .get(schemaName(placement))
        ?.admitReaders(datasets.flatMap((dataset) => migrations.get(dataset) ?? []));
    }
    const declared = { databases, roles, migrations };
    const connects = declareConnects(declaring, declared);
    const settings = declareSettings(declaring, declared);

    const connections = connectionsOf(stack, { hosts, roles, migrations, connects, settings });
    const workloads = declareWorkloads(this, stack, { hosts, roles, connections, cluster });
    handed.settle(handedByService(declaring.inventory, stack, { rights: [connects, settings], workloads }));

    this.connections = pulumi.secret(pulumi.all(Object.fromEntries(connections)));
    this.hosts = pulumi.secret(
      pulumi.all(Object.fromEntries([...hosts].map(([name, { connection }]) => [name, connection]))),
    );
    this.migrations = outcomes(stack.datasets, { migrations, proofs });
    this.registerOutputs({ connections: this.connections, migrations: this.migrations });
  }

  #declareHosts({ hosts, datasets }: Expanded): ReadonlyMap<string, Host> {
    const used = new Set(
      datasets.flatMap(({ home, next, formerly }) => [home, next, formerly].map((at) => at?.host)),
    );
    const declare = ([name, spec]: [string, Expanded["hosts"][string]]) =>
      [name, declareHost(name, spec, { inUse: used.has(name) }, { parent: this })] as const;
    return new Map(Object.entries(hosts).map(declare));
  }

  #prepare(name: string, stack: Expanded, hosts: ReadonlyMap<string, Host>): Declaring {
    const servers = knownServers(hosts.values());
    const guard = new ReleaseGuard(name, stack, servers);
    const creation = new CreationGuard(name, stack, servers);
    const managed = (host: string): boolean => {
      const found = hosts.get(host);
      return found !== undefined && manages(found);
    };
    return { parent: this, hosts, inventory: inventory(stack, managed), guard, creation };
  }
}

/** Parses and expands; a mistake is one clear message without a stack trace. */
const read = (args: TopologyArgs): Expanded => {
  try {
    return expand(parseTopology(args));
  } catch (error) {
    if ((error as { code?: unknown }).code !== "invalid-topology") throw error;
    throw new pulumi.RunError((error as Error).message);
  }
};

/** What a function answers, made when it is first asked. */
const once = <T>(make: () => T): (() => T) => {
  let made: T | undefined;
  return () => (made ??= make());
};

/** A move that is proven after its switch is clean as soon as that is done. */
const proven = (result: MoveResult, clean: boolean | undefined): MoveResult => ({
  ...result,
  clean: result.clean || clean === true,
});

const outcomes = (
  datasets: readonly Dataset[],
  { migrations, proofs }: Moves,
): pulumi.Output<Record<string, MigrationOutcome>> =>
  pulumi.all(
    Object.fromEntries(
      datasets.map(({ name, next, formerly }) => {
        const state = next ? "preparing" : formerly ? "moved" : "steady";
        const outcome = pulumi
          .all([migrations.get(name)?.result, proofs.get(name)?.clean])
          .apply(([result, clean]): MigrationOutcome => ({
            state,
            ...(result && { result: proven(result, clean) }),
          }));
        return [name, outcome];
      }),
    ),
  );
