import { placementName } from "../../naming";
import type { Finding } from "../../types";
import { blocker, some, warning, type Check } from "../finding";
import { sameDatabase } from "../strategy";

/** Large objects, which belong to a database and keep their OIDs when they move. */
export const largeObjects: Check = ({ request, strategy, source, target }) => {
  if (strategy !== "copy" || sameDatabase(request.from, request.to)) return [];
  const { mine, others } = source.largeObjects;
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
  if (others > 0) {
    found.push(
      warning(
        "large-objects-left",
        `database "${request.from.database}" holds ${others} large objects that no oid column of ${placementName(request.from)} names and that are not its owner's alone; they stay there.`,
        "Check that they are other services', or name them in a column of type oid.",
      ),
    );
  }
  return found;
};
