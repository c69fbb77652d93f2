import { locateDatasets } from "../expand";
import type { Topology } from "../schema/topology";
import type { Problem } from "../topology-error";
import { checkHosts } from "./hosts";
import { checkOrder } from "./order";
import { checkOwnership } from "./ownership";
import { checkPlacements } from "./placements";
import { checkRoles } from "./roles";
import { checkRunners } from "./runners";
import { checkSearchPaths } from "./search-path";
import { checkSettings } from "./settings";
import { checkTenants } from "./tenants";
import { checkWorkloads } from "./workloads";

/** What is wrong with a well-formed stack file: everything that only shows when its parts are read together. */
export function check(topology: Topology): Problem[] {
  const tenants = checkTenants(topology);
  const located = locateDatasets(topology);
  return [
    ...checkHosts(topology),
    ...tenants,
    ...checkPlacements(topology, located),
    // Without its {tenant}, a placement would clash with itself once for each pair of tenants.
    ...(tenants.length > 0 ? [] : checkOwnership(topology, located)),
    ...checkRoles(topology, located),
    ...checkSearchPaths(topology),
    ...checkSettings(topology),
    ...checkOrder(topology),
    ...checkWorkloads(topology),
    ...checkRunners(topology),
  ];
}
