import { check } from "./check";
import { explainIssue } from "./explain-issue";
import { plain } from "./plain";
import { topology, type Topology } from "./schema/topology";
import { TopologyError } from "./topology-error";

/**
 * Reads the value of `rehome:topology`. First its form, then what its parts say together: hosts that exist, names
 * that PostgreSQL can hold, no placement owned twice. Throws one TopologyError that lists every problem found.
 */
export function parseTopology(input: unknown): Topology {
  const { value, problems } = plain(input);
  const parsed = topology.safeParse(value, { reportInput: true });
  const found = [...problems, ...(parsed.error?.issues ?? []).flatMap(explainIssue)];
  if (!parsed.success || found.length > 0) throw new TopologyError(found);
  const contradictions = check(parsed.data);
  if (contradictions.length > 0) throw new TopologyError(contradictions);
  return parsed.data;
}
