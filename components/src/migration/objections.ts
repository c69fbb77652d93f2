import { log } from "@pulumi/pulumi";
import type { Endpoint, Finding } from "@rehome/migration";
import { checkConnection, formatPlan, planMove, release } from "@rehome/migration";
import { placementName, type Placement, type Transition } from "@rehome/topology";
import { following } from "./following";
import { endpoint, moveRequest, online } from "./inputs";
import type { MigrationInputs, MigrationState } from "./inputs";

interface Ends {
  readonly from: Placement;
  readonly to: Placement;
}

/** A finding in one line. */
export const said = ({ code, message, remedy }: Finding): string =>
  [message, ...(remedy === "" ? [] : [remedy]), `[${code}]`].join(" ");

/** The findings of the servers that are known: one that cannot be reached, a password that is wrong. Each once. */
const unreachable = async (ends: readonly (Endpoint | undefined)[]): Promise<Finding[]> => {
  const findings = await Promise.all(
    ends.flatMap((end) => (end === undefined ? [] : [checkConnection(end)])),
  );
  const blockers = findings.flatMap((finding) => finding ?? []).filter(({ level }) => level === "blocker");
  return [...new Map(blockers.map((finding) => [said(finding), finding])).values()];
};

/**
 * Plans a move and prints the plan, in previews too; answers what forbids it. A target's server that is still to be
 * created is left out (`to.server` is absent): the engine then plans from the source alone.
 */
const blockers = async (step: Ends, olds: MigrationState, news: MigrationInputs): Promise<Finding[]> => {
  const from = endpoint(step.from, news, olds);
  const to = endpoint(step.to, news, olds) ?? { ...step.to, owner: news.owner };
  if (from === undefined) {
    await log.info(`${news.dataset}: planned as soon as ${placementName(step.from)} is there.`);
    return [];
  }
  const ownerToCome = (news.declaredOn ?? []).includes(step.to.host);
  const plan = await planMove({ ...moveRequest(from, to as Endpoint, news), ownerToCome });
  await log.info(formatPlan(plan));
  return plan.findings.filter(({ level }) => level === "blocker");
};

/** What forbids a step. Prints the plan of a move, or how far its preparation is; touches nothing. */
export const objections = async (
  step: Transition,
  olds: MigrationState,
  news: MigrationInputs,
): Promise<string[]> => {
  const at = (placement: Placement): Endpoint | undefined => endpoint(placement, news, olds);
  switch (step.kind) {
    case "refused":
      return [step.message];
    case "steady":
    case "moved":
      return [];
    case "preparing": {
      const [from, to] = [at(step.from), at(step.to)];
      if (online(news) && from && to) await log.info((await following(moveRequest(from, to, news))).line);
      return [];
    }
    case "settle":
      return (await unreachable([at(news.home)])).map(said);
    case "abandon":
      return (await unreachable([at(step.from), at(step.to)])).map(said);
    case "prepare":
    case "move":
    case "roll-back": {
      const lost = await unreachable([at(step.from), at(step.to)]);
      return (lost.length > 0 ? lost : await blockers(step, olds, news)).map(said);
    }
    case "retire": {
      if (!(step.old.host in news.custody)) return [unknownHost(step.old)];
      const [home, old] = [at(step.home), at(step.old)];
      const lost = await unreachable([home, old]);
      if (lost.length > 0) return lost.map(said);
      if (home === undefined || old === undefined) return [unknownHost(step.old)];
      const { released, reason } = await release({ dataset: news.dataset, old, home });
      return released ? [] : [reason];
    }
  }
};

const unknownHost = (old: Placement): string =>
  `${placementName(old)} cannot be retired: its host "${old.host}" is no longer in the stack file. ` +
  "Keep it there for one more pulumi up, and delete its lines then.";
