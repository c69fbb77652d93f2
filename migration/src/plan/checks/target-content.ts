import { placementName } from "../../naming";
import { arrivalOf } from "../renaming";
import { blocker, some, type Check } from "../finding";

/** What stands where the dataset is to go. */
export const targetContent: Check = ({ request, source, target }) => {
  if (target === undefined) return [];
  const to = placementName(request.to);
  const found = [];
  if (target.strangers > 0) {
    found.push(
      target.givenUp === true
        ? blocker(
            "target-not-empty",
            `${to} holds what ${request.dataset} had there when it was held to be lost, and ${placementName(request.from)} was opened again.`,
            "What was written there since may be nowhere else: take over what is missing, then drop what is in it.",
          )
        : target.cameFrom === undefined
          ? blocker(
              "target-not-empty",
              `${to} holds ${target.strangers} objects that no migration of ${request.dataset} has put there.`,
              "Choose an empty schema, or drop what is in it if nobody needs it.",
            )
          : blocker(
              "target-not-empty",
              `${to} holds ${target.strangers} objects, and its journal says that ${request.dataset} came there from ${target.cameFrom}.`,
              `Drop nothing: they may be its data. Where it is at home there, write ${to} as home and ${target.cameFrom} as formerly; else choose an empty schema.`,
            ),
    );
  }
  if (target.standing === undefined) return found;
  const { conflicts } = arrivalOf(request, source, target.standing);
  if (conflicts.length > 0) {
    found.push(
      blocker(
        "target-conflict",
        `${to} is shared with others, and ${some(conflicts)}.`,
        "Make the two alike, or rename or drop the one in the new home if nobody needs it.",
      ),
    );
  }
  return found;
};
