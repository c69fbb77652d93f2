import { createHash } from "node:crypto";
import type { Endpoint } from "./types";

/** `shared/chiro_erp.core_schema`: how a placement is written in plans, messages and the journal. */
export function placementName(endpoint: Pick<Endpoint, "host" | "database" | "schema">): string {
  return `${endpoint.host}/${endpoint.database}.${endpoint.schema}`;
}

/** A signed 32-bit number from a text: the second half of an advisory lock's key. */
export function lockKey(text: string): number {
  return createHash("sha256").update(text).digest().readInt32BE(0);
}

/** Ten hexadecimal digits from a text, for names of things that live as long as a migration. */
export function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 10);
}
