import { z } from "zod";
import { fields, whole } from "./fields";

/** The connection pool of each of a service's processes. */
export const pool = fields({
  max: whole(1, 10_000).default(10).describe("Connections at most. Default: 10."),
  idle: whole(0, 10_000).default(0).describe("Connections kept open when idle; not above max. Default: 0."),
  idleTimeout: whole(1, 86_400)
    .exactOptional()
    .describe("Seconds after which a connection beyond `idle` is closed. Default: the pool's own."),
})
  .check((context) => {
    const { max, idle } = context.value;
    if (idle <= max) return;
    const message = `${idle} is more than max (${max}); lower it, or raise max`;
    context.issues.push({ code: "custom", message, input: idle, path: ["idle"] });
  })
  .meta({ id: "Pool", description: "The connection pool of each of a service's processes." });

export type Pool = z.output<typeof pool>;
