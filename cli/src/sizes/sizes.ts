import { placementName, readSizes, type SchemaSize } from "@rehome/migration";
import type { Placement } from "@rehome/topology";
import type { DatasetModel } from "../stack/model";
import { serverAt, type Stack } from "../stack/open-stack";
import { eachOf } from "../status/read-stack";

/** A schema that a dataset is in, was in or will be in. */
export interface PlacementSize extends SchemaSize {
  readonly placement: string;
  /** What it is to its datasets: `home` before `next` before `formerly`. */
  readonly use: "home" | "next" | "formerly";
  /** Several where each is a part of the schema. */
  readonly datasets: readonly string[];
}

const USES = ["home", "next", "formerly"] as const;

interface Stay {
  readonly at: Placement;
  readonly use: PlacementSize["use"];
  readonly datasets: readonly string[];
  readonly owner: string;
}

/** Each schema once. Pure. */
const staysOf = (datasets: readonly DatasetModel[]): Stay[] => {
  const stays = new Map<string, Stay>();
  for (const use of USES) {
    for (const dataset of datasets) {
      const at = dataset[use];
      if (at === undefined) continue;
      const name = placementName(at);
      const known = stays.get(name) ?? { at, use, datasets: [], owner: dataset.owner };
      stays.set(name, { ...known, datasets: [...new Set([...known.datasets, dataset.name])] });
    }
  }
  return [...stays.values()];
};

/** Reads the sizes of all schemas of these datasets: a query for each database. */
export const readStackSizes = async (
  stack: Stack,
  datasets: readonly DatasetModel[],
): Promise<PlacementSize[]> => {
  const stays = staysOf(datasets);
  const databases = new Map(
    stays.map(({ at: { host, database } }) => [JSON.stringify([host, database]), { host, database }]),
  );
  const found = await eachOf([...databases.values()], async ({ host, database }) => {
    const group = stays.filter(({ at }) => at.host === host && at.database === database);
    const owners = Object.fromEntries(group.map(({ at, owner }) => [at.schema, owner]));
    const sizes = await readSizes({ server: serverAt(stack, host), database }, owners);
    return group.flatMap(({ at, use, datasets: names }) => {
      const size = sizes.find(({ schema }) => schema === at.schema);
      return size === undefined ? [] : [{ ...size, placement: placementName(at), use, datasets: names }];
    });
  });
  return found.flat();
};
