import { some, warning, type Check } from "../finding";

/** Indexes that `pg_dump` leaves out. */
export const invalidIndexes: Check = ({ strategy, source }) => {
  if (strategy === "set-schema" || strategy === "template") return [];
  const moving = new Set(source.relations.map(({ name }) => name));
  const found = source.obstacles.invalidIndexes.filter(({ table }) => moving.has(table));
  if (found.length === 0) return [];
  return [
    warning(
      "index-invalid",
      `the old home has invalid indexes, which do not come along: ${some(found.map(({ name, table }) => `${name} on ${table}`))}.`,
      "REINDEX them first if they are wanted; a failed CREATE INDEX CONCURRENTLY has left them.",
    ),
  ];
};
