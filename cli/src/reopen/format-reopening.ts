import { some, type Reopening } from "@rehome/migration";
import { clock, counted } from "../terminal/words";
import type { Paint } from "../terminal/terminal";

/** What did not follow, as it is counted: `table cache`, `3 large objects`. */
const behind = ({ tables, objects }: Reopening): string =>
  [
    ...(tables.length === 0 ? [] : [`${tables.length === 1 ? "table" : "tables"} ${some(tables)}`]),
    ...(objects === 0 ? [] : [counted(objects, "large object")]),
  ].join(" and ");

/** What a dataset loses, in a clause. */
export const lossOf = (reopening: Reopening): string => {
  const { followed, since, lost } = reopening;
  const then = `at the hand-out of ${clock(since)} UTC`;
  if (!followed)
    return `nothing follows ${lost}: it is as it was ${then}, unless an earlier attempt at this was cut short`;
  const stale = behind(reopening);
  const rest = stale === "" ? "" : `; ${stale} did not follow: as ${then}`;
  return `it has followed; what was written in ${lost} and had not arrived is lost${rest}`;
};

/** What opening homes again comes to, dataset by dataset. */
export const formatReopenings = (reopenings: readonly Reopening[], paint: Paint): string =>
  reopenings
    .flatMap((one) => [
      `${paint.strong(one.dataset)}: ${one.home} is opened again`,
      `  lost  ${one.lost}: ${one.because}`,
      `  with  ${lossOf(one)}`,
    ])
    .join("\n");
