import { placementName } from "../../naming";
import { blocker, type Check } from "../finding";

/** What stands where the dataset is to go. */
export const targetContent: Check = ({ request, target }) =>
  target === undefined || target.strangers === 0
    ? []
    : [
        blocker(
          "target-not-empty",
          `${placementName(request.to)} holds ${target.strangers} objects that no migration of ${request.dataset} has put there.`,
          "Choose an empty schema, or drop what is in it if nobody needs it.",
        ),
      ];
