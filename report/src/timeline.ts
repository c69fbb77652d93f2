import type { Event, Migration } from "./model";

/** A stage of one attempt, from its begin to its end. */
export interface StageSpan {
  readonly stage: string;
  readonly message: string;
  readonly from: string;
  /** Absent while it is under way. */
  readonly to?: string;
  /** Whether the attempt ended in it. */
  readonly stopped: boolean;
  /** Why, when an error ended it. */
  readonly error?: string;
}

/** The time in which the service could not write. */
export interface FenceSpan {
  readonly from: string;
  /** Absent while it is closed. */
  readonly to?: string;
}

const STOPPED = "stopped";
const FIRST = "inspect";

const byTime = (events: readonly Event[]): Event[] =>
  [...events].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));

/** The stages of a migration, attempt by attempt, in the order in which they began. */
export function stagesOf(migration: Migration): StageSpan[] {
  const events = byTime(migration.events);
  return events.flatMap((event, at): StageSpan[] => {
    if (event.stage === STOPPED) return [];
    const { stage, message } = event;
    const next = events[at + 1];
    const span = { stage, message, from: event.at };
    if (next === undefined) {
      const end = endOf(migration, event);
      return [{ ...span, ...(end === undefined ? {} : { to: end }), stopped: false }];
    }
    if (next.stage === STOPPED) return [{ ...span, to: next.at, stopped: true, error: next.message }];
    // Killed, it could not say so: it is known to have lived until its last sign.
    if (next.stage === FIRST) return [{ ...span, to: lastSign(migration, event, next.at), stopped: true }];
    return [{ ...span, to: handedOut(migration, event, next), stopped: false }];
  });
}

/** The switch ends with the hand-out, and what comes after it may come much later. */
function handedOut({ switchedAt }: Migration, { stage, at }: Event, next: Event): string {
  const within = switchedAt !== undefined && Date.parse(switchedAt) >= Date.parse(at);
  return stage === "switch" && within && Date.parse(switchedAt) < Date.parse(next.at) ? switchedAt : next.at;
}

function endOf({ state, endedAt, verified, clean }: Migration, last: Event): string | undefined {
  if (last.stage === "prove") {
    const proved = latest(verified.map(({ at }) => at));
    return clean !== undefined && proved !== undefined && Date.parse(proved) >= Date.parse(last.at)
      ? proved
      : undefined;
  }
  return state === "running" ? undefined : endedAt;
}

function lastSign({ samples, copied }: Migration, { at }: Event, before: string): string {
  const [from, to] = [Date.parse(at), Date.parse(before)];
  const signs = [...samples, ...copied].map((sign) => sign.at);
  return latest(signs.filter((sign) => Date.parse(sign) >= from && Date.parse(sign) < to)) ?? at;
}

const latest = (times: readonly string[]): string | undefined =>
  times.reduce<string | undefined>(
    (last, time) => (last === undefined || Date.parse(time) > Date.parse(last) ? time : last),
    undefined,
  );

/** From the closed fence to the hand-out; undefined when none was closed, or an error opened it again. */
export function fenceOf({ fencedAt, switchedAt, state, events }: Migration): FenceSpan | undefined {
  if (fencedAt === undefined) return undefined;
  if (switchedAt !== undefined) return { from: fencedAt, to: switchedAt };
  const since = events.some(
    ({ stage, at }) => (stage === STOPPED || stage === FIRST) && Date.parse(at) >= Date.parse(fencedAt),
  );
  return since || state !== "running" ? undefined : { from: fencedAt };
}
