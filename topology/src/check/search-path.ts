import { writtenDatasets } from "../expand";
import type { Topology } from "../schema/topology";
import { problem, type Problem } from "../topology-error";
import { quoted } from "../quoted";

/**
 * `search_path` follows the home by itself; it may be written to add schemas after it (extensions, for example), but
 * then it must begin with the home, or a move would leave the service reading the old schema silently.
 */
export function checkSearchPaths(topology: Topology): Problem[] {
  return Object.entries(topology.services).flatMap(([name, spec]) => {
    const key = Object.keys(spec.settings).find((setting) => setting.toLowerCase() === "search_path");
    if (key === undefined) return [];
    const written = writtenDatasets(name, spec).map((dataset) => dataset.spec);
    const homes = written.map(({ home }) => home.schema);
    const old = written.flatMap(({ formerly }) => (formerly ? [formerly.schema] : []));
    const schemas = schemasOf(spec.settings[key] ?? "");
    const path = ["services", name, "settings", key];
    const stale = schemas.find((schema) => old.includes(schema) && !homes.includes(schema));
    if (stale !== undefined) {
      const message = `names ${quoted(stale)}, where the data no longer is; delete the setting, it follows the home by itself`;
      return [problem("search-path", path, message)];
    }
    const home = spec.home?.schema;
    if (home === undefined || schemas[0] === home) return [];
    const message = `must begin with the home's schema, ${quoted(home)}; delete the setting (it follows the home by itself) or put that first`;
    return [problem("search-path", path, message)];
  });
}

/** The schemas of a search_path as PostgreSQL reads it: unquoted names in lower case, quoted ones as they are. */
function schemasOf(searchPath: string): string[] {
  return [...searchPath.matchAll(/"((?:[^"]|"")*)"|[^\s,"]+/g)].map(([whole, quoted]) =>
    quoted === undefined ? whole.toLowerCase() : quoted.replaceAll('""', '"'),
  );
}
