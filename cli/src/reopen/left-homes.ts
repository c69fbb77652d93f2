import type { Placement } from "@rehome/topology";
import { parsePlacementName } from "@rehome/topology";
import type { PlacedFence } from "../status/read-stack";

/** A dataset that was handed out to a host, and the home that it left for it, which stands fenced. */
export interface LeftHome {
  readonly name: string;
  readonly home: Placement;
  readonly lost: Placement;
}

/** The homes that were left for one on a host. Pure. */
export const homesLeftFor = (host: string, fences: readonly PlacedFence[]): LeftHome[] =>
  fences
    .flatMap(({ dataset, placement, target, state }): LeftHome[] => {
      const [home, lost] = [parsePlacementName(placement), parsePlacementName(target)];
      const left = state === "sealed" && lost?.host === host && home !== undefined;
      return left ? [{ name: dataset, home, lost }] : [];
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
