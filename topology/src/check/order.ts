import { didYouMean, listed } from "../nearest";
import type { Topology } from "../schema/topology";
import { problem, type Problem } from "../topology-error";
import { quoted } from "../quoted";

/** `after` names services of this stack and never leads back to where it began. */
export function checkOrder(topology: Topology): Problem[] {
  const names = Object.keys(topology.services);
  const afterOf = (name: string) =>
    Object.hasOwn(topology.services, name) ? (topology.services[name]?.after ?? []) : [];
  const unknown = names.flatMap((name) =>
    afterOf(name).flatMap((other, index) => {
      if (names.includes(other)) return [];
      const message = `${quoted(other)} is not a service of this stack; services: ${listed(names)}.${didYouMean(other, names)}`;
      return [problem("unknown-service", ["services", name, "after", index], message)];
    }),
  );
  const circles = names.flatMap((name) => {
    const circle = wayBack(name, afterOf);
    if (circle === undefined) return [];
    const message = `waits for itself: ${circle.map((each) => quoted(each)).join(" after ")}; delete one of these`;
    return [problem("order-cycle", ["services", name, "after"], message)];
  });
  return [...unknown, ...circles.slice(0, 1)];
}

/** The shortest way from a service through `after` back to itself. */
function wayBack(start: string, afterOf: (name: string) => readonly string[]): string[] | undefined {
  const seen = new Set<string>();
  const ways = [[start]];
  for (let way = ways.shift(); way !== undefined; way = ways.shift())
    for (const other of afterOf(way.at(-1) ?? start)) {
      if (other === start) return [...way, other];
      if (!seen.has(other)) ways.push([...way, other]);
      seen.add(other);
    }
  return undefined;
}
