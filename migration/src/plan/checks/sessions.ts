import type { ServerInspection } from "../../inspect/server";
import type { Finding } from "../../types";
import { blocker, type Check } from "../finding";
import { jobsOf, sessionsNeeded } from "../needs";

/** Whether both servers have room for the sessions of a run: one that finds none half-way has fenced for nothing. */
export const sessions: Check = ({ request, strategy, source, target }) => {
  const jobs = jobsOf(request.options);
  const workers = request.options.workers?.count ?? 0;
  const need = sessionsNeeded(strategy, jobs, workers);
  const told = workers === 0 ? `${jobs} jobs` : `${jobs} jobs and ${workers} processes that share in them`;
  const { from, to } = request;
  if (target === undefined) return atEnd(from.host, need.source, told, source.server);
  if (target.server.identity === source.server.identity)
    return atEnd(from.host, need.source + need.target, told, source.server, target.server);
  return [
    ...atEnd(from.host, need.source, told, source.server),
    ...atEnd(to.host, need.target, told, target.server),
  ];
};

function atEnd(host: string, need: number, told: string, ...servers: readonly ServerInspection[]): Finding[] {
  const limits = servers.flatMap(({ freeSessions }) => Object.entries(freeSessions));
  const [tightest] = limits.sort(([, one], [, other]) => one - other);
  if (tightest === undefined || tightest[1] >= need) return [];
  const [limit, free] = tightest;
  return [
    blocker(
      "connections-too-few",
      `host "${host}" has room for ${Math.max(0, free)} more sessions by ${limit}; a move with ${told} has ${need} open.`,
      "Raise that limit, end idle sessions, or write fewer migration.jobs.",
    ),
  ];
}
