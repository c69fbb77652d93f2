import { createHash } from "node:crypto";

/** A role's password when none is given: always the same, for throwaway servers alone. */
export const defaultPassword = (role: string): string =>
  createHash("sha256").update(`rehome example ${role}`).digest("hex").slice(0, 24);
