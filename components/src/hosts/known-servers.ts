import type { ServerConnection } from "@rehome/migration";
import type { Host } from "./host";

/** How to reach each host, from when that is known; by its name in the stack file. */
export const knownServers = (hosts: Iterable<Host>): ReadonlyMap<string, ServerConnection> => {
  const servers = new Map<string, ServerConnection>();
  for (const { name, connection } of hosts) connection.apply((server) => void servers.set(name, server));
  return servers;
};
