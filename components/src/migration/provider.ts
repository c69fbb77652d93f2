import { reusingSessions } from "@rehome/migration";
import { placementName, transition, type Transition } from "@rehome/topology";
import { failure, plainError } from "../provider-errors";
import { unapproved } from "./approved-plans";
import { carryOut } from "./carry-out";
import { following } from "./following";
import { forget } from "./forget";
import { datasetState, differs, endpoint, known, moveRequest, online } from "./inputs";
import type { MigrationInputs, MigrationState } from "./inputs";
import { objections, reopening } from "./objections";
import { tell } from "./plan-file";

const PROPERTY = "home"; // failures are printed with the property's value: one without secrets

const nextStep = (olds: MigrationState, news: MigrationInputs): Transition =>
  news.lost
    ? { kind: "retire", home: news.home, old: news.lost }
    : transition(datasetState(olds), datasetState(news) ?? { home: news.home });

/** Nobody goes back to a home and forgets the other in one edit, unless that is lost, and this one was opened again. */
const withLost = async (olds: MigrationState, news: MigrationInputs): Promise<MigrationInputs> => {
  if (!olds.home || !olds.formerly || news.formerly || news.next) return news;
  if (placementName(news.home) !== placementName(olds.formerly)) return news;
  const done = await reopening({ from: olds.home, to: news.home }, olds, news);
  return done === undefined ? news : { ...news, lost: olds.home };
};

const stepOf = (step: Transition, { dataset, home, options }: MigrationInputs) => {
  const [from, to] =
    "from" in step
      ? [step.from, step.to]
      : step.kind === "retire"
        ? [step.old, step.home]
        : [undefined, home];
  return {
    ...{ kind: "step" as const, dataset, step: step.kind, mode: options?.mode ?? "offline" },
    ...(from && { from: placementName(from) }),
    ...(to && { to: placementName(to) }),
  };
};

/**
 * The moves that the program of this run declares. A process serves one run, in which each Migration that the program declares
 * is checked before anything is deleted; a destroy checks none.
 */
const declared = new Set<string>();

/** A dataset and the two places between which it moves, whichever of them is its home by now. */
const pairOf = ({ dataset, home, next, formerly }: MigrationState): string =>
  JSON.stringify([dataset, ...[home, next ?? formerly].map((end) => end && placementName(end)).sort()]);

/** Decides what the edit asks for, and refuses what cannot be done before anything is touched. */
export const check = async (olds: MigrationState, given: MigrationInputs) => {
  declared.add(pairOf(given));
  let news = given;
  try {
    news = await withLost(olds, given);
    const step = nextStep(olds, news);
    // The stack file names a home that is retired no more: what is known of its server comes from the last run.
    const formerlyServer = known(olds.formerlyServer) ?? {};
    const { reasons, plan, outcome } = await reusingSessions(() => objections(step, olds, news));
    const said = { ...stepOf(step, news), ...(outcome && { step: outcome }), ...(plan && { plan }) };
    const refused = reasons.length > 0 ? reasons : await unapproved({ ...said, refused: [] });
    await tell({ ...said, refused });
    // Of a home that is lost, no policy can ask for a proof.
    const asked = step.kind === "retire" && outcome !== "lost";
    const retired = asked && { placement: step.old, verified: refused.length === 0 };
    return failure(retired ? { ...news, formerlyServer, retired } : news, PROPERTY, ...refused);
  } catch (error) {
    return failure(news, PROPERTY, plainError(error).message);
  }
};

/** Whether there is anything to do: the lines differ, or what is to follow does not. */
export const diff = async (olds: MigrationState, news: MigrationInputs) => ({
  changes: differs(olds, news) || (await needsMending(olds, news)),
});

const needsMending = async (olds: MigrationState, news: MigrationInputs): Promise<boolean> => {
  const step = nextStep(olds, news);
  if (step.kind !== "preparing" || !online(news)) return false;
  const [from, to] = [endpoint(step.from, news, olds), endpoint(step.to, news, olds)];
  if (from === undefined || to === undefined) return false;
  return (await reusingSessions(() => following(moveRequest(from, to, news)))).broken;
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

/**
 * Forgetting a dataset leaves no slot behind that would keep its server's WAL for ever. A home that is kept since a switch
 * follows still when the file has gone back to `mode: offline`. What is deleted because it was replaced (`--replace`) ends
 * nothing: its replacement has the same slot.
 */
export const remove = async (olds: MigrationState): Promise<void> => {
  const { dataset, home, next, formerly } = olds;
  const other = next ?? formerly;
  if (dataset === undefined || home === undefined || !other || declared.has(pairOf(olds))) return;
  const inputs = olds as MigrationInputs;
  const [from, to] = [endpoint(home, inputs, olds), endpoint(other, inputs, olds)];
  if (from === undefined || to === undefined) return;
  await forget(dataset, [from, to], online(olds));
};
