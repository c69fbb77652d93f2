import { placementName, shortHash } from "../naming";
import type { Endpoint } from "../types";

/**
 * One way in which rows are followed: from the publisher's placement to the subscriber's. All that belongs to it on either
 * server bears its name: publication, slot, subscription, and the role that the subscriber connects as.
 */
export interface Link {
  readonly dataset: string;
  readonly publisher: Endpoint;
  readonly subscriber: Endpoint;
  readonly name: string;
}

export function linkOf(dataset: string, publisher: Endpoint, subscriber: Endpoint): Link {
  const ends = `${dataset}\0${placementName(publisher)}\0${placementName(subscriber)}`;
  return { dataset, publisher, subscriber, name: `rehome_${shortHash(ends)}` };
}

/** What a dataset's links between two placements have in common, whichever way they go: whose the facades are. */
export function pairOf(dataset: string, one: Endpoint, other: Endpoint): string {
  return shortHash([dataset, ...[placementName(one), placementName(other)].sort()].join("\0"));
}

/** The same dataset's link the other way. */
export const reverse = ({ dataset, publisher, subscriber }: Link): Link =>
  linkOf(dataset, subscriber, publisher);
