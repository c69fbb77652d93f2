import { log } from "@pulumi/pulumi";
import type { Endpoint, Finding, MoveResult, Plan } from "@rehome/migration";
import {
  checkConnection,
  formatCount,
  formatPlan,
  isSilence,
  planMove,
  recordedMove,
  reopenedHome,
  release,
  unreadableTables,
} from "@rehome/migration";
import { placementName, type Placement, type Transition } from "@rehome/topology";
import { following } from "./following";
import {
  clusterOf,
  declared,
  declaresOwner,
  dropsRetired,
  endpoint,
  moveRequest,
  online,
  releaseQuery,
} from "./inputs";
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
 * Plans a move and prints the plan, in previews too. A target's server that is still to be
 * created is left out (`to.server` is absent): the engine then plans from the source alone.
 */
const planned = async (
  step: Ends,
  olds: MigrationState,
  news: MigrationInputs,
): Promise<Plan | undefined> => {
  const from = endpoint(step.from, news, olds);
  const to = endpoint(step.to, news, olds) ?? {
    ...{ ...step.to, owner: news.owner },
    ...clusterOf(step.to, news),
  };
  if (from === undefined) {
    await log.info(`${news.dataset}: planned as soon as ${placementName(step.from)} is there.`);
    return undefined;
  }
  const request = moveRequest(from, to as Endpoint, news);
  const plan = await planMove({ ...request, ...declared(step.from, step.to, news) });
  await log.info(formatPlan(plan));
  return plan;
};

/** Whether the journal says that a move is done: an update that was killed had not saved that, or its state was lost. */
const isRecorded = async (step: Ends, olds: MigrationState, news: MigrationInputs): Promise<boolean> => {
  const [from, to] = [endpoint(step.from, news, olds), endpoint(step.to, news, olds)];
  const done = from && to && (await recordedMove({ dataset: news.dataset, from, to }));
  if (done === undefined) return false;
  await log.info(recorded(news.dataset, step, done));
  return true;
};

/** What the journal says where a home was opened again, for the one after it is lost and cannot be asked. */
export const reopening = async (
  { from, to }: Ends,
  olds: MigrationState,
  news: MigrationInputs,
): Promise<MoveResult | undefined> => {
  const [lost, home] = [endpoint(from, news, olds), endpoint(to, news, olds)];
  if (lost === undefined || home === undefined) return undefined;
  return await reopenedHome({ dataset: news.dataset, from: lost, to: home }).catch(() => undefined);
};

const recorded = (
  dataset: string,
  { from, to }: Ends,
  { strategy, rows, switchedAt, clean }: MoveResult,
): string => {
  const how =
    strategy === "reopen"
      ? `was opened again in ${placementName(to)}, at ${switchedAt}, without what had not arrived there from ${placementName(from)}`
      : `has moved to ${placementName(to)} already, at ${switchedAt}${clean ? `: ${formatCount(rows)} rows, verified` : ""}`;
  return `${dataset}: ${how}. The state does not say so: this is recorded, and nothing is moved.`;
};

/**
 * Why a dataset's role may not be this one: on a host where the stack declares it, it is given the schema and not what
 * others own in there, and could not read it.
 */
const strangersTables = async (at: Endpoint | undefined, news: MigrationInputs): Promise<string[]> => {
  if (at === undefined || !declaresOwner(news, at.host)) return [];
  const tables = await unreadableTables(at, news.owner);
  const owners = [...new Set(tables.map(({ owner }) => `"${owner}"`))].join(", ");
  const named = tables.slice(0, 3).map(({ table }) => table);
  const more = tables.length > named.length ? ` and ${tables.length - named.length} more` : "";
  const one = tables.length === 1;
  return tables.length === 0
    ? []
    : [
        `${placementName(at)}: ${one ? "table" : "tables"} ${named.join(", ")}${more} ${one ? "belongs" : "belong"} to ${owners}, ` +
          `and "${news.owner}", the role of ${news.dataset}, may not read ${one ? "it" : "them"}. Write role: ${owners} ` +
          `for the service, or give "${news.owner}" what it needs there first.`,
      ];
};

const blockers = (plan: Plan | undefined): Finding[] =>
  (plan?.findings ?? []).filter(({ level }) => level === "blocker");

/** What is said of a step: why it is refused, and its plan where there is one. */
export interface Objections {
  readonly reasons: readonly string[];
  readonly plan?: Plan;
  /**
   * What it comes to where that is less than the step says: the move is done, and only this stack's state does not know; or
   * the home that is given up is lost.
   */
  readonly outcome?: "recorded" | "lost";
}
const because = (...reasons: readonly string[]): Objections => ({ reasons });

/** What forbids a step. Prints the plan of a move, or how far its preparation is; touches nothing. */
export const objections = async (
  step: Transition,
  olds: MigrationState,
  news: MigrationInputs,
): Promise<Objections> => {
  const at = (placement: Placement): Endpoint | undefined => endpoint(placement, news, olds);
  if (step.kind !== "refused" && olds.home && olds.owner !== undefined && olds.owner !== news.owner) {
    const kept = await strangersTables(at(olds.home), news);
    if (kept.length > 0) return because(...kept);
  }
  switch (step.kind) {
    case "refused":
      return because(step.message);
    case "steady":
    case "moved":
      return because();
    case "preparing": {
      const [from, to] = [at(step.from), at(step.to)];
      if (online(news) && from && to) await log.info((await following(moveRequest(from, to, news))).line);
      return because();
    }
    case "settle": {
      const lost = await unreachable([at(news.home)]);
      return because(...(lost.length > 0 ? lost.map(said) : await strangersTables(at(news.home), news)));
    }
    case "abandon": {
      const lost = await unreachable([at(step.from)]);
      const gone = await unreachable([at(step.to)]);
      const objected = [...lost, ...gone.filter((finding) => !isSilence(finding))];
      if (objected.length > 0) return because(...objected.map(said));
      for (const finding of gone)
        await log.warn(
          `${news.dataset}: ${said(finding)} Its preparation is given up all the same: nothing of it is left in ${placementName(step.from)}.`,
        );
      return because();
    }
    case "prepare":
    case "move":
    case "roll-back": {
      if (step.kind === "move" && news.after)
        await log.info(`${news.dataset}: begins its move after that of ${news.after.join(", ")}.`);
      const lost = await unreachable([at(step.from), at(step.to)]);
      if (lost.length > 0) {
        if (step.kind !== "roll-back") return because(...lost.map(said));
        const done = await reopening(step, olds, news);
        const hint = (await unreachable([at(step.from)])).some(isSilence) ? [wayOn(step)] : [];
        if (done === undefined) return because(...lost.map(said), ...hint);
        await log.info(recorded(news.dataset, step, done));
        return { reasons: [], outcome: "recorded" };
      }
      if (step.kind !== "prepare" && (await isRecorded(step, olds, news)))
        return { reasons: [], outcome: "recorded" };
      const plan = await planned(step, olds, news);
      return { ...because(...blockers(plan).map(said)), ...(plan && { plan }) };
    }
    case "retire": {
      if (!(step.old.host in news.custody)) return because(unknownHost(step.old));
      const [home, old] = [at(step.home), at(step.old)];
      const lost = await unreachable([home]);
      if (lost.length > 0) return because(...lost.map(said));
      if (home === undefined || old === undefined) return because(unknownHost(step.old));
      const { released, reason, lost: given, silent } = await release(releaseQuery(old, home, news));
      if (!released) return because(reason);
      if (silent === true && dropsRetired(step.old, news) === "database")
        return because(...(await unreachable([old])).map(said), undroppable(step.old));
      if (given === true || silent === true) await log.warn(`${news.dataset}: ${reason}.`);
      return { reasons: [], ...(given === true && { outcome: "lost" }) };
    }
  }
};

/** What there is to do where the home that is gone back from cannot be asked. */
const wayOn = ({ from, to }: Ends): string =>
  `Where ${placementName(from)} is gone for good: rehome reopen --lost ${from.host} opens ${placementName(to)} again, without what had not arrived there.`;

const undroppable = ({ host }: Placement): string =>
  `Where it is gone for good, take dropRetired off host "${host}": what is left there is then left alone.`;

const unknownHost = (old: Placement): string =>
  `${placementName(old)} cannot be retired: its host "${old.host}" is no longer in the stack file. ` +
  "Keep it there for one more pulumi up, and delete its lines then.";
