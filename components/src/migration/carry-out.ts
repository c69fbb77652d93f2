import { log } from "@pulumi/pulumi";
import { followMove, move, planMove, reopenedHome, retire, stopFollowing } from "@rehome/migration";
import type { MoveRequest, MoveResult } from "@rehome/migration";
import type { Placement, Transition } from "@rehome/topology";
import { followEngine } from "../follow-engine";
import { following } from "./following";
import { giveUp } from "./forget";
import { dropsRetired, endpoint, moveRequest, online, releaseQuery } from "./inputs";
import type { MigrationInputs, MigrationState } from "./inputs";
import { said } from "./objections";
import { reporter } from "./progress";

const both = (
  step: Transition,
  ends: readonly [Placement, Placement],
  olds: MigrationState,
  news: MigrationInputs,
) => {
  const [one, other] = ends.map((placement) => endpoint(placement, news, olds));
  if (one !== undefined && other !== undefined) return [one, other] as const;
  throw new Error(
    `${news.dataset}: cannot ${step.kind}, for a host's address is not known. Run pulumi up again.`,
  );
};

/** Does what the edit asks for. */
export const carryOut = async (
  step: Transition,
  olds: MigrationState,
  news: MigrationInputs,
): Promise<MoveResult | undefined> => {
  followEngine();
  switch (step.kind) {
    case "refused":
      throw new Error(step.message);
    case "move":
    case "roll-back": {
      const [from, to] = both(step, [step.from, step.to], olds, news);
      const request = moveRequest(from, to, news);
      // Where it comes from is lost, nothing is left to be moved, and nobody to be waited for.
      const reopened = step.kind === "roll-back" ? await reopenedHome(request) : undefined;
      return reopened ?? (await move(request, telling()));
    }
    case "prepare":
    case "preparing": {
      const [from, to] = both(step, [step.from, step.to], olds, news);
      await prepare(moveRequest(from, to, news), online(olds));
      return undefined;
    }
    case "abandon": {
      if (!online(olds)) return undefined;
      const [from, to] = both(step, [step.from, step.to], olds, news);
      await giveUp(news.dataset, from, to);
      return undefined;
    }
    case "retire": {
      const [home, old] = both(step, [step.home, step.old], olds, news);
      const drop = dropsRetired(step.old, news);
      const reopened = news.lost && (await reopenedHome({ dataset: news.dataset, from: old, to: home }));
      await retire({ ...releaseQuery(old, home, news), drop });
      return reopened;
    }
    case "settle":
    case "steady":
    case "moved":
      return undefined;
  }
};

/** The engine's progress, in Pulumi's log. */
export const telling = () => {
  const say = (line: string): void => void log.info(line);
  const show = (line: string): void => void log.info(line, undefined, undefined, true);
  return reporter(say, show);
};

/** Online, the new home is made to follow; offline it is only made sure that the move could be made. */
const prepare = async (request: MoveRequest, followed: boolean): Promise<void> => {
  if (request.options.mode === "online") {
    await followMove(request, telling());
    await log.info((await following(request)).line);
    return;
  }
  if (followed) await stopFollowing(request);
  const { findings } = await planMove(request);
  const reasons = findings.filter(({ level }) => level === "blocker").map(said);
  if (reasons.length > 0) throw new Error(reasons.join("\n"));
};
