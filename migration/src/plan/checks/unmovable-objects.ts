import { placementName } from "../../naming";
import { blocker, some, type Check } from "../finding";

/** Objects of the old home that would not arrive. */
export const unmovableObjects: Check = ({ request, strategy, source }) => {
  if (strategy === "set-schema" || strategy === "template") return [];
  const found = [];
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
