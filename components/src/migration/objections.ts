import { log } from "@pulumi/pulumi";
import type { Endpoint, Finding, Plan } from "@rehome/migration";
import {
  checkConnection,
  formatCount,
  formatPlan,
  planMove,
  recordedMove,
  release,
  unreadableTables,
} from "@rehome/migration";
import { placementName, type Placement, type Transition } from "@rehome/topology";
import { following } from "./following";
import { clusterOf, declared, declaresOwner, endpoint, moveRequest, online, releaseQuery } from "./inputs";
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
  const { rows, switchedAt, clean } = done;
  await log.info(
    `${news.dataset}: has moved to ${placementName(step.to)} already, at ${switchedAt}${clean ? `: ${formatCount(rows)} rows, verified` : ""}. ` +
      "The state does not say so: this is recorded, and nothing is moved.",
  );
  return true;
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
  /** Whether the move is done, and only this stack's state does not know. */
  readonly recorded?: boolean;
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
    case "abandon":
      return because(...(await unreachable([at(step.from), at(step.to)])).map(said));
    case "prepare":
    case "move":
    case "roll-back": {
      if (step.kind === "move" && news.after)
        await log.info(`${news.dataset}: begins its move after that of ${news.after.join(", ")}.`);
      const lost = await unreachable([at(step.from), at(step.to)]);
      if (lost.length > 0) return because(...lost.map(said));
      if (step.kind !== "prepare" && (await isRecorded(step, olds, news)))
        return { reasons: [], recorded: true };
      const plan = await planned(step, olds, news);
      return { ...because(...blockers(plan).map(said)), ...(plan && { plan }) };
    }
    case "retire": {
      if (!(step.old.host in news.custody)) return because(unknownHost(step.old));
      const [home, old] = [at(step.home), at(step.old)];
      const lost = await unreachable([home, old]);
      if (lost.length > 0) return because(...lost.map(said));
      if (home === undefined || old === undefined) return because(unknownHost(step.old));
      const { released, reason } = await release(releaseQuery(old, home, news));
      return released ? because() : because(reason);
    }
  }
};

const unknownHost = (old: Placement): string =>
  `${placementName(old)} cannot be retired: its host "${old.host}" is no longer in the stack file. ` +
  "Keep it there for one more pulumi up, and delete its lines then.";
