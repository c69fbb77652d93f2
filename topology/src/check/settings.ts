import type { Topology } from "../schema/topology";
import { problem, type Problem } from "../topology-error";
import { quoted } from "../quoted";

/** PostgreSQL knows its parameters in whatever case they are written: one written twice would have two values. */
export function checkSettings(topology: Topology): Problem[] {
  return Object.entries(topology.services).flatMap(([service, { settings }]) => {
    const names = Object.keys(settings);
    return names.flatMap((name, at) => {
      const same = names.slice(0, at).find((other) => other.toLowerCase() === name.toLowerCase());
      if (same === undefined) return [];
      const message = `is the same parameter as ${quoted(same)}; delete one`;
      return [problem("duplicate", ["services", service, "settings", name], message)];
    });
  });
}
