import { placementName } from "../../naming";
import { blocker, type Check } from "../finding";

/** The role that is to own the dataset. In a preview, one that the stack declares may be still to come. */
export const owner: Check = ({ request, target }) =>
  target === undefined || target.ownerExists || request.ownerToCome === true
    ? []
    : [
        blocker(
          "owner-missing",
          `host "${request.to.host}" has no role "${request.to.owner}", which is to own ${placementName(request.to)}.`,
          "Create it there, or let Rehome declare it.",
        ),
      ];
