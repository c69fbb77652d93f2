import { placementName } from "../../naming";
import type { Finding } from "../../types";
import { blocker, some, warning, type Check } from "../finding";
import { copiesRows, sameDatabase } from "../strategy";

/** Large objects, which belong to a database and keep their OIDs when they move. */
export const largeObjects: Check = ({ request, strategy, source, target }) => {
  if (!copiesRows(strategy) || sameDatabase(request.from, request.to)) return [];
  const { mine, others, shared } = source.largeObjects;
  const found: Finding[] = [];
  const clashing = target === undefined ? [] : mine.filter((oid) => target.largeObjects.has(oid));
  if (clashing.length > 0) {
    found.push(
      blocker(
        "large-objects-clash",
        `the new home's database has large objects of the same OIDs as ${clashing.length} of ${request.dataset}: ${some(clashing.map(String))}.`,
        "Give the dataset a database of its own, or turn the objects into bytea columns.",
      ),
    );
  }
  if (shared.length > 0) {
    found.push(
      blocker(
        "large-objects-shared",
        `tables on both sides of the cut through ${placementName(request.from)} name the same large objects: ${some(shared.map(String))}.`,
        "Give each side objects of its own, or select the tables of both.",
      ),
    );
  }
  if (others > 0) {
    found.push(
      warning(
        "large-objects-left",
        `database "${request.from.database}" holds ${others} large objects that no oid column of ${source.scope === undefined ? "" : `${request.dataset}'s part of `}${placementName(request.from)} names${source.scope === undefined ? " and that are not its owner's alone" : ""}; they stay there.`,
        "Check that they are other services', or name them in a column of type oid.",
      ),
    );
  }
  return found;
};
