import * as pulumi from "@pulumi/pulumi";
import type { ServerConnection } from "@rehome/migration";
import type { Dataset, Expanded, Placement } from "@rehome/topology";
import type { Custody } from "../hosts/host";
import { databaseRefusal, datasetRefusal, schemaRefusal, type Knowledge } from "./refusals";

/** Loaded when something is to be deleted, which is seldom. */
const loadEngine = () => import("@rehome/migration");

/**
 * Stands before every deletion of data: a schema or database goes only when the journal says that what it held was moved
 * and verified. `rehome:destroyData true` opens it, for a stack that is to be destroyed with its data.
 */
export class ReleaseGuard {
  /** For `beforeDelete` of schemas, named by `schemaName`. Speaks in previews too. */
  readonly schema: pulumi.ResourceHook;
  /** For `beforeDelete` of databases, named by `databaseName`. Only in updates: before, the schemas are still there. */
  readonly database: pulumi.ResourceHook;
  /** For `beforeDelete` of migrations. Speaks in previews too. */
  readonly migration: pulumi.ResourceHook;
  readonly #datasets: readonly Dataset[];
  readonly #hosts: ReadonlySet<string>;
  readonly #servers: ReadonlyMap<string, ServerConnection>;

  constructor(name: string, { hosts, datasets }: Expanded, servers: ReadonlyMap<string, ServerConnection>) {
    this.#servers = servers;
    this.#datasets = datasets;
    this.#hosts = new Set(Object.keys(hosts));
    const open = new pulumi.Config("rehome").getBoolean("destroyData") ?? false;
    const hook = (
      what: string,
      onDryRun: boolean,
      refuse: (args: pulumi.ResourceHookArgs) => Promise<string | undefined>,
    ) =>
      new pulumi.ResourceHook(
        `rehome-release-${what}-${name}`,
        async (args) => {
          const refusal = open ? undefined : await refuse(args);
          if (refusal !== undefined) throw new Error(refusal);
        },
        { onDryRun },
      );
    this.schema = hook("schema", true, async ({ name }) => {
      const [knowledge, engine] = [this.#knowledge(), await loadEngine()];
      try {
        return await schemaRefusal(name, knowledge, engine);
      } catch (error) {
        // Nothing is deleted on a server that does not answer, and an update asks again.
        if (!knowledge.preview || !engine.isSilence(error)) throw error;
        await pulumi.log.warn(
          `Whether the schema ${name} may be deleted is not known, and pulumi up cannot delete it: ${(error as Error).message}`,
        );
        return undefined;
      }
    });
    this.database = hook("database", false, async ({ name }) =>
      databaseRefusal(name, this.#knowledge(), await loadEngine()),
    );
    this.migration = hook("dataset", true, (args) => this.#mayForget(args));
  }

  #knowledge(): Knowledge {
    const [datasets, hosts, servers] = [this.#datasets, this.#hosts, this.#servers];
    return { datasets, hosts, servers, preview: pulumi.runtime.isDryRun() };
  }

  async #mayForget({ oldInputs }: pulumi.ResourceHookArgs): Promise<string | undefined> {
    const { dataset, home, custody } = oldInputs as {
      readonly dataset: string;
      readonly home: Placement;
      readonly custody: Readonly<Record<string, Custody>>;
    };
    if (custody[home.host] !== "rehome") return undefined; // nothing is deleted there
    return datasetRefusal(dataset, home, this.#knowledge(), await loadEngine());
  }
}
