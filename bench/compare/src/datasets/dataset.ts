import type { Server } from "../server";

/** Data to copy, made anew for each run. */
export interface Dataset {
  readonly name: string;
  /** What is in it, for the page. */
  readonly what: string;
  /** Makes it in an empty database of a server. @param scale 1: its full size */
  readonly make: (server: Server, database: string, scale: number) => Promise<void>;
}

/** A size at a scale, at least `least`. */
export const sized = (full: number, scale: number, least = 1): number =>
  Math.max(least, Math.round(full * scale));
