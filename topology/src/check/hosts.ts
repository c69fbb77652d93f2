import type { Topology } from "../schema/topology";
import { problem, type Problem } from "../topology-error";
import { quoted } from "../quoted";

/** Two servers of this machine cannot share a port or a data directory. */
export function checkHosts(topology: Topology): Problem[] {
  const takenBy = new Map<string, string>();
  return Object.entries(topology.hosts).flatMap(([name, host]) => {
    const claims: ["port" | "directory", string][] = [];
    if ((host.platform === "local" || host.platform === "docker") && host.port !== undefined)
      claims.push(["port", String(host.port)]);
    if (host.platform === "local" && host.directory !== undefined)
      claims.push(["directory", quoted(host.directory)]);
    return claims.flatMap(([field, value]) => {
      const owner = takenBy.get(`${field} ${value}`);
      takenBy.set(`${field} ${value}`, owner ?? name);
      if (owner === undefined) return [];
      const message = `${value} is already the ${field} of host ${quoted(owner)}; choose another, or leave it out`;
      return [problem("port-taken", ["hosts", name, field], message)];
    });
  });
}
