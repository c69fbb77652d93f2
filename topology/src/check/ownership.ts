import type { Located } from "../expand";
import { selectionsMeet } from "../patterns";
import { placementName } from "../placement-name";
import type { Placement } from "../schema/placement";
import type { Topology } from "../schema/topology";
import { problem, type Path, type Problem } from "../topology-error";
import { placementKey } from "./server";
import { quoted } from "../quoted";

type Field = "home" | "next" | "formerly";

interface Claim {
  readonly field: Field;
  readonly path: Path;
  readonly placement: Placement;
  readonly dataset: string;
  readonly tables: readonly string[] | undefined;
}

/**
 * No table belongs to two datasets, in any of their placements. This holds for `formerly` too: retiring deletes that
 * placement, so whoever else lives there would be deleted with it. A swap of two homes is refused for the same reason.
 */
export function checkOwnership(topology: Topology, located: readonly Located[]): Problem[] {
  const owners = new Map<string, Claim[]>();
  return located.flatMap(claims).flatMap((claim) => {
    const key = placementKey(topology, claim.placement);
    const others = owners.get(key) ?? [];
    owners.set(key, [...others, claim]);
    const rival = others.find(
      (other) => other.dataset !== claim.dataset && selectionsMeet(other.tables, claim.tables),
    );
    return rival === undefined ? [] : [problem("placement-taken", claim.path, sentence(claim, rival))];
  });
}

function claims({ dataset, path }: Located): Claim[] {
  return (["home", "next", "formerly"] as const).flatMap((field) => {
    const placement = dataset[field];
    if (placement === undefined) return [];
    return [{ field, path: [...path, field], placement, dataset: dataset.name, tables: dataset.tables }];
  });
}

function sentence(claim: Claim, rival: Claim): string {
  const place = placementName(claim.placement);
  const whose = `the ${rival.field} of ${quoted(rival.dataset)}`;
  const fields: readonly Field[] = [claim.field, rival.field];
  if (fields.includes("formerly") && claim.field !== rival.field)
    return `${place} is also ${whose}, and is deleted when that move is retired; use another schema, or retire the move first (delete its formerly)`;
  const separate =
    "give each a schema of its own, or name the tables of each with tables: […] so that none is in both";
  return `${place} is also ${whose}; ${separate}`;
}
