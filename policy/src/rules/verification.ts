import { REFUSED } from "../environment";
import { at, text } from "../known";
import type { Judged, Rule } from "../rule";
import { TYPES } from "../types";

const placeName = (place: unknown): string =>
  `${text(place, "host") ?? "?"}/${text(place, "database") ?? "?"}.${text(place, "schema") ?? "?"}`;

/** The engine asks the journal and refuses by itself; this is the second lock, in whoever's hands the pack is. */
const unverified = ({ name, props }: Judged): string[] => {
  const retired = at(props, "retired");
  if (retired === undefined || retired === null || at(retired, "verified") === true) return [];
  const place = placeName(at(retired, "placement"));
  return [
    `Dataset ${name} gives up ${place} without a clean verification that its data arrived: with that schema the only ` +
      `whole copy may go. Write formerly: again, let pulumi up verify the move, and delete the line then.`,
  ];
};

const countedOnly = ({ name, props }: Judged): string[] => {
  if (at(props, "formerly") === undefined && at(props, "next") === undefined) return [];
  if (text(props, "options", "verify") !== "count") return [];
  return [
    `Dataset ${name} is to be verified by counting its rows: a row that arrived changed would not be seen, and the old ` +
      `home goes by that proof. Write migration: { verify: checksum } (the default).`,
  ];
};

/** An old home goes when its data is known to have arrived, and by nothing less. */
export const verification: Rule = {
  name: "verified-before-retired",
  description: "`formerly` is deleted only after a clean verification, which compares every row.",
  levels: REFUSED,
  resource: (resource) =>
    resource.type === TYPES.migration ? [...unverified(resource), ...countedOnly(resource)] : [],
};
