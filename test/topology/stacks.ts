import { parseTopology, type Placement, type TopologyArgs, TopologyError } from "@rehome/topology";

export const at = (host: string, database: string, schema: string): Placement => ({ host, database, schema });

/** A small stack that is right: two local hosts, one service. Tests change one thing of it. */
export const stack = (change: Partial<TopologyArgs> = {}): TopologyArgs => ({
  hosts: { legacy: { platform: "local" }, shared: { platform: "local" } },
  services: { core: { home: at("shared", "chiro_erp", "core_schema") } },
  ...change,
});

/** The lines of the error that parsing gives, without the prefix they share; none when it parses. */
export function complaints(input: unknown): string[] {
  try {
    parseTopology(input);
    return [];
  } catch (error) {
    if (!(error instanceof TopologyError)) throw error;
    return error.problems.map(({ code, path, message }) => `${code} ${path}: ${message}`);
  }
}
