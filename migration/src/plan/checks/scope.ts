import { placementName } from "../../naming";
import { blocker, type Check } from "../finding";

/** What this version does not move. */
export const scope: Check = ({ request }) =>
  request.tables === undefined || request.options.mode !== "online"
    ? []
    : [
        blocker(
          "online-part",
          `${request.dataset} is a part of ${placementName(request.from)} and asks for mode: online, which moves whole schemas.`,
          "Write mode: offline, or give the part a schema of its own first.",
        ),
      ];
