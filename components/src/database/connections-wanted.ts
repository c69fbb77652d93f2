import type { Service } from "@rehome/topology";

/** The connections that a service's processes may open together, by its pool; undefined where the file names no pool. */
export const connectionsWanted = ({ pool, workload }: Service): number | undefined => {
  if (pool?.pooler !== undefined) return pool.pooler.connections * pool.pooler.replicas;
  return pool && pool.max * (workload?.replicas ?? 1);
};
