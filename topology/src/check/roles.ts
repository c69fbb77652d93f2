import { roleOf, type Located } from "../expand";
import { reservedRole, tooLong } from "../schema/names";
import type { Topology } from "../schema/topology";
import { serverAddress } from "../server-url";
import { problem, type Problem } from "../topology-error";
import { quoted } from "../quoted";

/** A role is one service's or is shared knowingly, is nobody's administrator, and fits into PostgreSQL. */
export function checkRoles(topology: Topology, located: readonly Located[]): Problem[] {
  const services = Object.entries(topology.services);
  const holders = new Map<string, string[]>();
  for (const [name, spec] of services) {
    const role = roleOf(name, spec);
    holders.set(role, [...(holders.get(role) ?? []), name]);
  }
  return services.flatMap(([name, spec]) => {
    const role = roleOf(name, spec);
    const path = ["services", name, "role"];
    const problems: Problem[] = [];
    const unusable = spec.role === undefined ? (tooLong(role) ?? reservedRole(role)) : undefined;
    if (unusable !== undefined)
      problems.push(problem("name-too-long", path, `${unusable}; it is the default, so write role: <name>`));
    const other = (holders.get(role) ?? []).find((each) => each !== name);
    // One service may create it and others adopt it. One line of the file is to change: the last of those that create it too.
    const owning = (holders.get(role) ?? []).filter((each) => topology.services[each]?.adoptRole === false);
    if (other !== undefined && owning.length > 1 && owning.at(-1) === name) {
      const message = `${quoted(role)} is also the role of ${quoted(other)}; give each service its own, or write adoptRole: true here to share it`;
      problems.push(problem("role-shared", path, message));
    }
    const admin = administeredBy(topology, located, name, role);
    if (admin !== undefined) problems.push(problem("admin-role", path, admin));
    return [...problems, ...checkReaders(name, role, spec.readers)];
  });
}

/** Fencing shuts a service's role out; were it the administrator's, Rehome would shut itself out. */
function administeredBy(topology: Topology, located: readonly Located[], service: string, role: string) {
  const remedy = "a service owns its own schemas and nothing else, so write another role";
  if (role === "postgres") return `"postgres" is the administrator; ${remedy}`;
  const mine = located.filter(({ dataset }) => dataset.service === service);
  const names = mine.flatMap(({ dataset }) =>
    [dataset.home, dataset.next, dataset.formerly].map((at) => at?.host),
  );
  const host = names.find((each) => {
    const found =
      each !== undefined && Object.hasOwn(topology.hosts, each) ? topology.hosts[each] : undefined;
    return found?.platform === "existing" && serverAddress(found).user === role;
  });
  return host === undefined
    ? undefined
    : `${quoted(role)} is the administrator of host ${quoted(host)}; ${remedy}`;
}

function checkReaders(service: string, role: string, readers: readonly string[]): Problem[] {
  return readers.flatMap((reader, index) => {
    const path = ["services", service, "readers", index];
    if (reader === role)
      return [problem("duplicate", path, `${quoted(reader)} owns these tables already; delete it here`)];
    if (readers.indexOf(reader) < index)
      return [problem("duplicate", path, `${quoted(reader)} is listed twice; delete one`)];
    return [];
  });
}
