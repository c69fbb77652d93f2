import { pgbouncer, type PoolSpec } from "./schema/pool";
import type { z } from "zod";

/** A PgBouncer of a service's own. */
export type Pooler = z.output<typeof pgbouncer> & { readonly mode: NonNullable<PoolSpec["mode"]> };

/** A pool with every default filled in. */
export interface Pool extends Pick<PoolSpec, "max" | "idle" | "idleTimeout"> {
  /** Absent: the service connects directly. */
  readonly pooler?: Pooler;
}

/** Fills in a pool's PgBouncer. */
export function expandPool({ mode, pgbouncer: given, ...pool }: PoolSpec): Pool {
  return mode === undefined ? pool : { ...pool, pooler: { ...(given ?? pgbouncer.parse({})), mode } };
}
