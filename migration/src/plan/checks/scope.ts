import { placementName } from "../../naming";
import { blocker, type Check } from "../finding";

/** What this version does not move. */
export const scope: Check = ({ request }) => {
  const found = [];
  if (request.tables !== undefined) {
    found.push(
      blocker(
        "table-patterns",
        `${request.dataset} moves a part of ${placementName(request.from)} by table patterns, which this version cannot do.`,
        "Move the whole schema.",
      ),
    );
  }
  return found;
};
