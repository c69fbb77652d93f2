import { compareHomes, type CompareOptions, type Comparison } from "@rehome/migration";
import type { DatasetModel } from "../stack/model";
import { endpointAt, type Stack } from "../stack/open-stack";

/** Compares each dataset's homes, one after the other: each is read as fast as its servers go. */
export const compareDatasets = async (
  stack: Stack,
  datasets: readonly DatasetModel[],
  options: CompareOptions,
  say: (line: string) => void,
): Promise<Comparison[]> => {
  const found: Comparison[] = [];
  for (const dataset of datasets) {
    const { name, home, next, formerly, tables, options: how } = dataset;
    const ends = next ? [home, next] : formerly ? [formerly, home] : undefined;
    const [from, to] = ends?.map((placement) => endpointAt(stack, placement, dataset)) ?? [];
    if (from === undefined || to === undefined) continue;
    say(`comparing ${name} …`);
    const request = { dataset: name, from, to, options: how, ...(tables && { tables }) };
    found.push(await compareHomes(request, options));
  }
  return found;
};

/** Whether something is not as it should be. What a service has written to its home since it moved is as it should be. */
export const isWrong = ({ tables, definitions }: Comparison): boolean =>
  definitions.length > 0 || tables.some(({ state }) => state === "different");
