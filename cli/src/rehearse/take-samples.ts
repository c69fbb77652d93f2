import { placementName, sampleSchema, type Sample, type ServerConnection } from "@rehome/migration";
import { expand, parseTopology, type Placement, type TopologyArgs } from "@rehome/topology";
import { CliError } from "../cli-error";
import type { Stack } from "../stack/open-stack";
import { serverAt } from "../stack/open-stack";

/** A schema that a sample was taken of. */
export interface TakenSample extends Sample {
  readonly placement: string;
}

interface Wanted {
  readonly at: Placement;
  readonly owner: string;
}

/** Each schema that data is in before the moves, once. */
const wantedOf = (before: TopologyArgs): Wanted[] => {
  const { datasets } = expand(parseTopology(before));
  const named = datasets.map(({ home, role }) => [placementName(home), { at: home, owner: role }] as const);
  return [...new Map([...named].reverse()).values()].reverse();
};

/**
 * Fills the scratch stack's homes with rows of the real ones.
 * @param sourceOf the server that a placement's rows are read from
 * @throws CliError `not-empty`; RehomeError `schema-missing`, `definition-refused`, ...
 */
export const takeSamples = async (
  scratch: Stack,
  before: TopologyArgs,
  sourceOf: (placement: Placement) => ServerConnection,
  rows: number,
  say: (line: string) => void,
): Promise<TakenSample[]> => {
  const taken: TakenSample[] = [];
  for (const { at, owner } of wantedOf(before)) {
    const placement = placementName(at);
    say(`taking a sample of ${placement} …`);
    const from = { ...at, owner, server: sourceOf(at) };
    const to = { ...at, owner, server: serverAt(scratch, at.host) };
    if (from.server.host === to.server.host && from.server.port === to.server.port)
      throw new CliError(
        "same-server",
        `${placement} would be sampled into itself: name another source with --from.`,
      );
    taken.push({ placement, ...(await sampleSchema({ from, to, rows })) });
  }
  return taken;
};
