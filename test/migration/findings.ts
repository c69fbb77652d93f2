import { planMove } from "@rehome/migration";
import type { World } from "./dataset";

/** What a world's plan finds: messages by level and code. */
export const findingsOf = async ({ request }: World): Promise<Record<string, string>> =>
  Object.fromEntries(
    (await planMove(request)).findings.map(({ code, level, message }) => [`${level} ${code}`, message]),
  );
