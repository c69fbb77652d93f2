import type { Located } from "../expand";
import { didYouMean, listed } from "../nearest";
import { tooLong } from "../schema/names";
import type { Placement } from "../schema/placement";
import type { Topology } from "../schema/topology";
import { formatPath, problem, type Path, type Problem } from "../topology-error";
import { placementKey } from "./server";
import { quoted } from "../quoted";

/** Each placement by itself: a host of this stack, names that PostgreSQL can hold; and home, next, formerly agree. */
export function checkPlacements(topology: Topology, located: readonly Located[]): Problem[] {
  const found = located.flatMap((one) => {
    const { dataset, path } = one;
    const { home, next, formerly } = dataset;
    const problems = [
      ...checkPlacement(topology, [...path, "home"], home),
      ...(next ? checkPlacement(topology, [...path, "next"], next) : []),
      ...(formerly ? checkPlacement(topology, [...path, "formerly"], formerly) : []),
      ...checkTogether(topology, one),
    ];
    return problems.map((each) => ({ problem: each, tenant: one.tenant }));
  });
  return oncePerLine(found);
}

/** Whether Rehome declares what is on a host: with Pulumi's provider, which writes a database's name into URL and SQL as it is. */
function managed({ hosts }: Topology, name: string): boolean {
  const host = Object.hasOwn(hosts, name) ? hosts[name] : undefined;
  if (host === undefined || host.platform === "stack") return false;
  return host.platform !== "existing" || host.manage;
}

function checkPlacement(topology: Topology, path: Path, placement: Placement): Problem[] {
  const { host, database, schema } = placement;
  const hosts = Object.keys(topology.hosts);
  const problems: Problem[] = [];
  if (!hosts.includes(host)) {
    const message = `${quoted(host)} is not a host of this stack; hosts: ${listed(hosts)}.${didYouMean(host, hosts)}`;
    problems.push(problem("unknown-host", [...path, "host"], message));
  }
  for (const [field, name] of [
    ["database", database],
    ["schema", schema],
  ] as const) {
    const long = tooLong(name);
    if (long !== undefined) problems.push(problem("name-too-long", [...path, field], long));
  }
  if (database === "template0" || database === "template1") {
    const message = `${quoted(database)} is the server's template of new databases; name a database of your own`;
    problems.push(problem("reserved-name", [...path, "database"], message));
  }
  const misread = managed(topology, host) ? /[%?#'\p{Cc}]/u.exec(database)?.[0] : undefined;
  if (misread !== undefined) {
    const message = `${quoted(database)} holds ${quoted(misread)}, which Pulumi's provider misreads in a database's name; choose another`;
    problems.push(problem("invalid-name", [...path, "database"], message));
  }
  if (schema === "$user") {
    const message = `"$user" on a search_path is the schema with the user's own name, even in quotes; choose another`;
    problems.push(problem("reserved-name", [...path, "schema"], message));
  }
  if (schema.startsWith("pg_") || schema === "information_schema" || schema === "rehome") {
    const owner = schema === "rehome" ? "Rehome keeps for its journal" : "PostgreSQL keeps for itself";
    const message = `${quoted(schema)} is a schema that ${owner}; choose another`;
    problems.push(problem("reserved-name", [...path, "schema"], message));
  }
  return problems;
}

function checkTogether(topology: Topology, { dataset, path }: Located): Problem[] {
  const { home, next, formerly, startEmpty } = dataset;
  const problems: Problem[] = [];
  if (next && formerly) {
    const message =
      "stands beside formerly; finish one move first: delete formerly (and run pulumi up), then write next";
    problems.push(problem("next-with-formerly", [...path, "next"], message));
  }
  for (const [field, other] of [
    ["next", next],
    ["formerly", formerly],
  ] as const) {
    if (other === undefined || placementKey(topology, home) !== placementKey(topology, other)) continue;
    const message = `is the same place as home; delete this line, or name the place the data ${field === "next" ? "goes to" : "came from"}`;
    problems.push(problem("same-placement", [...path, field], message));
  }
  if (startEmpty && (next ?? formerly)) {
    const message = `is true beside ${next ? "next" : "formerly"}, which says that data is taken along; delete one of the two`;
    problems.push(problem("start-empty-with-data", [...path, "startEmpty"], message));
  }
  return problems;
}

/** A line of the file that is wrong for a thousand tenants is one problem: the first, and how many more. */
function oncePerLine(found: readonly { problem: Problem; tenant: string | undefined }[]): Problem[] {
  const lines = new Map<string, { first: Problem; tenants: (string | undefined)[] }>();
  for (const each of found) {
    const key = `${each.problem.path} ${each.problem.code}`;
    const line = lines.get(key) ?? { first: each.problem, tenants: [] };
    line.tenants.push(each.tenant);
    lines.set(key, line);
  }
  return [...lines.values()].map(({ first, tenants }) => {
    if (tenants[0] === undefined) return first;
    const more = tenants.length > 1 ? ` and ${tenants.length - 1} more` : "";
    return { ...first, message: `${first.message} (${formatPath(["tenant", tenants[0]])}${more})` };
  });
}
