import { cloudSqlFlags, serverParameterProblems, type ParameterProblem } from "../platform/parameters";
import { cloudSqlEdition } from "../platform/cloudsql-edition";
import type { Host } from "../schema/hosts";
import type { Topology } from "../schema/topology";
import { problem, type Problem } from "../topology-error";
import { quoted } from "../quoted";

/** What is wrong with the hosts of a stack file. */
export function checkHosts(topology: Topology): Problem[] {
  return [
    ...checkClaims(topology),
    ...Object.entries(topology.hosts).flatMap(([name, host]) => [
      ...checkParameters(name, host),
      ...checkEdition(name, host),
    ]),
  ];
}

/** Parameters mean the same everywhere, or are refused. */
function checkParameters(name: string, host: Host): Problem[] {
  const refused = (problems: readonly ParameterProblem[]): Problem[] =>
    problems.map((one) => problem("parameter-refused", ["hosts", name, "parameters", one.name], one.message));
  switch (host.platform) {
    case "cloudsql":
      return refused(cloudSqlFlags(host.parameters ?? {}).problems);
    case "local":
    case "docker":
      return refused(serverParameterProblems(host.parameters ?? {}));
    case "existing":
    case "stack":
      return [];
  }
}

/** Days of write-ahead log that an instance of the smaller edition keeps at most. */
const ENTERPRISE_LOG_DAYS = 7;

function checkEdition(name: string, host: Host): Problem[] {
  if (host.platform !== "cloudsql") return [];
  const limit = (path: readonly string[], message: string) =>
    problem("platform-limit", ["hosts", name, ...path], message);
  const problems: Problem[] = [];
  if (cloudSqlEdition(host.tier) === "ENTERPRISE" && host.backup.logDays > ENTERPRISE_LOG_DAYS) {
    const larger = "or take a tier db-perf-optimized-N-…, whose edition keeps 35";
    problems.push(
      limit(["backup", "logDays"], `is ${host.backup.logDays}, and ${host.tier} keeps 7; ${larger}`),
    );
  }
  if (host.backup.pointInTimeRecovery && !host.backup.enabled) {
    const message = "needs backups, and they are off; write enabled: true, or pointInTimeRecovery: false";
    problems.push(limit(["backup", "pointInTimeRecovery"], message));
  }
  if (host.highAvailability && !(host.backup.enabled && host.backup.pointInTimeRecovery)) {
    const message =
      "needs backups with recovery to any moment; write backup: { enabled: true, pointInTimeRecovery: true }";
    problems.push(limit(["highAvailability"], message));
  }
  if (!host.privateIp && host.network !== undefined) {
    problems.push(limit(["network"], "is of a private address, and privateIp is false; delete one of them"));
  }
  return problems;
}

/** Two servers of this machine cannot share a port or a data directory. */
function checkClaims(topology: Topology): Problem[] {
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
