import type { Placement } from "../schema/placement";
import type { Topology } from "../schema/topology";
import { serverAddress } from "../server-url";

/** The server behind a host's name: two `existing` hosts with one address are one server, two of one stack too. */
function serverOf(topology: Topology, name: string): string {
  const host = Object.hasOwn(topology.hosts, name) ? topology.hosts[name] : undefined;
  if (host?.platform === "stack") return `stack ${host.stack} ${host.host ?? name}`;
  if (host?.platform !== "existing") return `host ${name}`;
  const address = serverAddress(host);
  return `server ${address.host.toLowerCase()}:${address.port}`;
}

/** Equal for two placements exactly when they are the same schema of the same database of the same server. */
export const placementKey = (topology: Topology, { host, database, schema }: Placement): string =>
  JSON.stringify([serverOf(topology, host), database, schema]);
