import { z } from "zod";
import { fields, whole } from "./fields";
import { image } from "./kubernetes-names";
import { resources } from "./resources";

/** A PgBouncer's size. */
export const pgbouncer = fields({
  connections: whole(1, 10_000)
    .default(20)
    .describe("Connections to the server that each PgBouncer keeps at most. Default: 20."),
  clients: whole(1, 1_000_000)
    .default(1000)
    .describe("Connections of the service that each PgBouncer accepts at most. Default: 1000."),
  replicas: whole(1, 100).default(2).describe("Pods of PgBouncer. Default: 2."),
  image: image("ghcr.io/cloudnative-pg/pgbouncer:1.25.1, the default").default(
    "ghcr.io/cloudnative-pg/pgbouncer:1.25.1",
  ),
  user: whole(1, 2_147_483_647)
    .default(998)
    .describe("User id that PgBouncer runs as, never root. Default: 998."),
  requests: resources.exactOptional().describe("What each pod of PgBouncer is promised. Default: nothing."),
  limits: resources
    .exactOptional()
    .describe("What each pod of PgBouncer may use at most. Default: no limits."),
});

/** The connection pool of each of a service's processes. */
export const pool = fields({
  max: whole(1, 10_000).default(10).describe("Connections at most. Default: 10."),
  idle: whole(0, 10_000).default(0).describe("Connections kept open when idle; not above max. Default: 0."),
  idleTimeout: whole(1, 86_400)
    .exactOptional()
    .describe("Seconds after which a connection beyond `idle` is closed. Default: the pool's own."),
  mode: z
    .enum(["session", "transaction", "statement"])
    .exactOptional()
    .describe(
      "A PgBouncer of the service's own stands between it and the server, and lends a connection for a session, a transaction or a statement. Needs a workload. Default: none, the service connects directly.",
    ),
  pgbouncer: pgbouncer
    .exactOptional()
    .describe("That PgBouncer's size. Only with `mode`. Default: as its own keys say."),
})
  .check((context) => {
    const { max, idle, mode, pgbouncer } = context.value;
    const say = (field: string, input: unknown, message: string) =>
      context.issues.push({ code: "custom", message, input, path: [field] });
    if (idle > max) say("idle", idle, `${idle} is more than max (${max}); lower it, or raise max`);
    if (pgbouncer !== undefined && mode === undefined)
      say("pgbouncer", undefined, "there is none without a mode; write mode: transaction beside it");
  })
  .meta({ id: "Pool", description: "The connection pool of each of a service's processes." });

export type PoolSpec = z.output<typeof pool>;
