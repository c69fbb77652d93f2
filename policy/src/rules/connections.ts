import { ADVICE } from "../environment";
import { hostOf, parameter } from "../hosts";
import { at, text } from "../known";
import type { Judged, Rule, Violation } from "../rule";
import { TYPES } from "../types";

const SERVERS: readonly string[] = [TYPES.cluster, TYPES.cloudSql, TYPES.container];
/** PostgreSQL's own; a Cloud SQL instance's depends on its tier and is not known here. */
const DEFAULT = 100;
/** Kept for administrators, backups, monitoring and the moves themselves. */
const SPARE = 10;

interface Demand {
  readonly service: string;
  readonly connections: number;
}

/** What the pools of a host's services may open, each service once: its parts share its pools. */
const demands = (resources: readonly Judged[], host: string): readonly Demand[] => {
  const most = new Map<string, number>();
  for (const { type, props } of resources) {
    const [service, connections] = [text(props, "service"), at(props, "connections")];
    if (type !== TYPES.serviceDatabase || text(props, "host") !== host || service === undefined) continue;
    if (typeof connections === "number") most.set(service, Math.max(most.get(service) ?? 0, connections));
  }
  return [...most].map(([service, connections]) => ({ service, connections }));
};

const capacity = (server: Judged): number | undefined => {
  const given = Number(parameter(server, "max_connections"));
  if (Number.isInteger(given)) return given;
  return server.type === TYPES.cloudSql ? undefined : DEFAULT;
};

/** Pools together do not ask for more than their server has. */
export const connections: Rule = {
  name: "connections-fit",
  description: "The pools of a host's services, times their replicas, fit into its max_connections.",
  levels: ADVICE,
  stack: (resources) =>
    resources
      .filter(({ type }) => SERVERS.includes(type))
      .flatMap((server): Violation[] => {
        const [host, most] = [hostOf(server), capacity(server)];
        if (host === undefined || most === undefined) return [];
        const asked = demands(resources, host);
        const sum = asked.reduce((total, one) => total + one.connections, 0);
        if (sum + SPARE <= most) return [];
        const parts = asked.map(({ service, connections }) => `${service} ${connections}`).join(", ");
        const message =
          `Host ${host} allows ${most} connections, and the pools of its services may open ${sum} (${parts}), with ${SPARE} to be ` +
          `kept for administration: under load some are refused. Lower pool.max or replicas, put a pooler in between, or write on ` +
          `the host: parameters: { max_connections: "${sum + SPARE}" }.`;
        return [{ urn: server.urn, message }];
      }),
};
