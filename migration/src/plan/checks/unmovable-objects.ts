import { placementName } from "../../naming";
import { blocker, some, type Check } from "../finding";

/** Objects of the old home that would not arrive. */
export const unmovableObjects: Check = ({ request, strategy, source }) => {
  if (strategy === "set-schema" || strategy === "template") return [];
  const found = [];
  if (source.largeObjects > 0) {
    found.push(
      blocker(
        "large-objects",
        `database "${request.from.database}" holds ${source.largeObjects} large objects, which belong to no schema and would stay behind.`,
        "Turn them into bytea columns, or remove them with vacuumlo.",
      ),
    );
  }
  const foreign = source.relations
    .filter((relation) => relation.kind === "f")
    .map((relation) => relation.name);
  if (foreign.length > 0) {
    found.push(
      blocker(
        "foreign-tables",
        `${placementName(request.from)} has foreign tables: ${some(foreign)}.`,
        "Drop them and create them anew in the new home.",
      ),
    );
  }
  return found;
};
