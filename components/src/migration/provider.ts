import { log } from "@pulumi/pulumi";
import type { Endpoint, Finding, MoveResult } from "@rehome/migration";
import { checkConnection, formatPlan, move, planMove, release, retire } from "@rehome/migration";
import { placementName, transition, type Placement, type Transition } from "@rehome/topology";
import { failure, plainError } from "../provider-errors";
import { datasetState, differs, dropsRetired, endpoint, known, moveRequest } from "./inputs";
import type { MigrationInputs, MigrationState } from "./inputs";
import { reporter } from "./progress";

const PROPERTY = "home"; // failures are printed with the property's value: one without secrets

interface Ends {
  readonly from: Placement;
  readonly to: Placement;
}

const said = ({ code, message, remedy }: Finding): string =>
  [message, ...(remedy === "" ? [] : [remedy]), `[${code}]`].join(" ");

const nextStep = (olds: MigrationState, news: MigrationInputs): Transition =>
  transition(datasetState(olds), datasetState(news) ?? { home: news.home });

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

const objections = async (
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
    case "preparing":
      return [];
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

/** Decides what the edit asks for, and refuses what cannot be done before anything is touched. */
export const check = async (olds: MigrationState, news: MigrationInputs) => {
  try {
    const step = nextStep(olds, news);
    // The stack file names a home that is retired no more: what is known of its server comes from the last run.
    const inputs =
      step.kind === "retire" ? { ...news, formerlyServer: known(olds.formerlyServer) ?? {} } : news;
    return failure(inputs, PROPERTY, ...(await objections(step, olds, news)));
  } catch (error) {
    return failure(news, PROPERTY, plainError(error).message);
  }
};

export const diff = async (olds: MigrationState, news: MigrationInputs) => ({ changes: differs(olds, news) });

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

const carryOut = async (
  step: Transition,
  olds: MigrationState,
  news: MigrationInputs,
): Promise<MoveResult | undefined> => {
  switch (step.kind) {
    case "refused":
      throw new Error(step.message);
    case "move":
    case "roll-back": {
      const [from, to] = both(step, [step.from, step.to], olds, news);
      const say = (line: string): void => void log.info(line);
      const show = (line: string): void => void log.info(line, undefined, undefined, true);
      return move(moveRequest(from, to, news), reporter(say, show));
    }
    case "prepare": {
      const [from, to] = both(step, [step.from, step.to], olds, news);
      const { findings } = await planMove(moveRequest(from, to, news));
      const reasons = findings.filter(({ level }) => level === "blocker").map(said);
      if (reasons.length > 0) throw new Error(reasons.join("\n"));
      return undefined;
    }
    case "retire": {
      const [home, old] = both(step, [step.home, step.old], olds, news);
      const drop = dropsRetired(step.old, placementName(step.old), news);
      const tables = news.tables === undefined ? {} : { tables: news.tables };
      await retire({ dataset: news.dataset, old, home, drop, ...tables });
      return undefined;
    }
    case "settle":
    case "steady":
    case "moved":
    case "preparing":
    case "abandon":
      return undefined;
  }
};

const outputs = async (olds: MigrationState, news: MigrationInputs): Promise<MigrationState> => {
  try {
    const result = (await carryOut(nextStep(olds, news), olds, news)) ?? olds.result ?? null;
    // An output that is absent reads as unknown in the next preview; one without a value is null.
    return { ...news, result, ready: true };
  } catch (error) {
    throw plainError(error);
  }
};

export const create = async (news: MigrationInputs) => ({ id: news.dataset, outs: await outputs({}, news) });

export const update = async (olds: MigrationState, news: MigrationInputs) => ({
  outs: await outputs(olds, news),
});
