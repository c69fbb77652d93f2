import { createHash } from "node:crypto";
import type { Endpoint } from "./types";

/** What does not show, or turns the direction of what follows. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/gu;
const escape = (character: string): string =>
  [...Array(character.length).keys()]
    .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`)
    .join("");

/** A part of a placement's name: as it is when plain, quoted and escaped when it holds a separator or white space. */
const part = (name: string): string =>
  /^[^\s\p{C}"./@]+$/u.test(name) ? name : JSON.stringify(name).replace(UNSEEN, escape);

/**
 * `shared/chiro_erp.core_schema`: how a placement is written in plans, messages and the journal. One line, and different
 * for different placements: the journal knows them by it.
 */
export function placementName({
  host,
  database,
  schema,
}: Pick<Endpoint, "host" | "database" | "schema">): string {
  return `${part(host)}/${part(database)}.${part(schema)}`;
}

/** A signed 32-bit number from a text: the second half of an advisory lock's key. */
export function lockKey(text: string): number {
  return createHash("sha256").update(text).digest().readInt32BE(0);
}

/** Ten hexadecimal digits from a text, for names of things that live as long as a migration. */
export function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 10);
}
