import type { Relation } from "../inspect/relations";

/** Bytes up to which a table is small: what it takes is the coming and going of statements, not its rows. */
export const SMALL = 1_000_000;
/** Small tables that are copied, indexed or compared together, at most: what a killed run loses. */
const MOST_TABLES = 200;
const MOST_BYTES = 32_000_000;
/** Units of small tables for each worker, about, so that all have something to do to the end. */
const EACH = 16;

/**
 * Tables as workers take them, the biggest first: a big one alone, small ones several together. Pure.
 * @param jobs how many workers there are
 */
export function unitsOf<Table extends Pick<Relation, "bytes">>(
  tables: readonly Table[],
  jobs: number,
): Table[][] {
  const biggestFirst = [...tables].sort((a, b) => b.bytes - a.bytes);
  const small = biggestFirst.filter(({ bytes }) => bytes < SMALL);
  const most = Math.max(1, Math.min(MOST_TABLES, Math.ceil(small.length / (jobs * EACH))));
  const units = biggestFirst.filter(({ bytes }) => bytes >= SMALL).map((table) => [table]);
  let room = 0;
  let bytes = 0;
  for (const table of small) {
    if (room === 0 || bytes + table.bytes > MOST_BYTES) {
      units.push([]);
      [room, bytes] = [most, 0];
    }
    units.at(-1)?.push(table);
    room -= 1;
    bytes += table.bytes;
  }
  return units;
}
