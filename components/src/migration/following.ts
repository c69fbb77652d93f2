import { followHealth, formatBytes, type LinkHealth, type MoveRequest } from "@rehome/migration";
import { placementName } from "@rehome/topology";
import { plainError } from "../provider-errors";

/** `core: erp/core.core follows, 1.2 MB behind, 3.4 MB of WAL kept for it; ready to switch` */
const formatHealth = (dataset: string, to: string, health: LinkHealth | undefined): string => {
  if (health === undefined) return `${dataset}: ${to} does not follow yet; the next pulumi up copies it.`;
  const { lag, retained, broken, remedy, ready } = health;
  if (broken !== null)
    return `${dataset}: ${to} does not follow: ${broken}. ${remedy ?? "The next pulumi up mends it."}`;
  const behind = `${formatBytes(lag)} behind, ${formatBytes(retained)} of WAL kept for it`;
  return `${dataset}: ${to} follows, ${behind}${ready ? "; ready to switch" : ""}`;
};

/** How one home follows the other, in a line, and whether an update has something to mend. Reads only. */
export const following = async (request: MoveRequest): Promise<{ line: string; broken: boolean }> => {
  const to = placementName(request.to);
  if (request.from.host === request.to.host && request.from.database === request.to.database)
    return { line: `${request.dataset}: ${to} is in the same database; ready to switch`, broken: false };
  try {
    const health = await followHealth(request);
    return {
      line: formatHealth(request.dataset, to, health),
      broken: health === undefined || health.broken !== null,
    };
  } catch (error) {
    // A server that is down is no reason to refuse an update of something else.
    const reason = plainError(error).message;
    return { line: `${request.dataset}: whether ${to} follows is not known: ${reason}`, broken: false };
  }
};
