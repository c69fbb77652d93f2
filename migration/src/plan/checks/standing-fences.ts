import { placementName } from "../../naming";
import { blocker, some, type Check } from "../finding";

/** What is fenced for another move has stale rows, or is about to. */
export const standingFences: Check = ({ request: { from }, source }) =>
  source.fences.map(({ dataset, target, sealed, tables }) => {
    const what = tables.length === 0 ? placementName(from) : `${some(tables)} of ${placementName(from)}`;
    return blocker(
      "source-fenced",
      sealed
        ? `${what} stands fenced since ${dataset} has moved to ${target}: what is written since is there.`
        : `${what} stands under the fence of ${dataset}, which is moving to ${target}.`,
      sealed
        ? `Move from ${target} instead.`
        : `Finish that move, or give it up: take its new home out of the stack file that names it.`,
    );
  });
