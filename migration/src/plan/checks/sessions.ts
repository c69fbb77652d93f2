import type { ServerInspection } from "../../inspect/server";
import type { Finding } from "../../types";
import { blocker, type Check } from "../finding";
import { jobsOf, sessionsNeeded } from "../needs";

/** Whether both servers have room for the sessions of a run: one that finds none half-way has fenced for nothing. */
export const sessions: Check = ({ request, strategy, source, target }) => {
  const jobs = jobsOf(request.options);
  const need = sessionsNeeded(strategy, jobs);
  const { from, to } = request;
  if (target === undefined) return atEnd(from.host, need.source, jobs, source.server);
  if (target.server.identity === source.server.identity)
    return atEnd(from.host, need.source + need.target, jobs, source.server, target.server);
  return [
    ...atEnd(from.host, need.source, jobs, source.server),
    ...atEnd(to.host, need.target, jobs, target.server),
  ];
};

function atEnd(host: string, need: number, jobs: number, ...servers: readonly ServerInspection[]): Finding[] {
  const limits = servers.flatMap(({ freeSessions }) => Object.entries(freeSessions));
  const [tightest] = limits.sort(([, one], [, other]) => one - other);
  if (tightest === undefined || tightest[1] >= need) return [];
  const [limit, free] = tightest;
  return [
    blocker(
      "connections-too-few",
      `host "${host}" has room for ${Math.max(0, free)} more sessions by ${limit}; a move with ${jobs} jobs has ${need} open.`,
      "Raise that limit, end idle sessions, or write fewer migration.jobs.",
    ),
  ];
}
