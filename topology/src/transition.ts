import type { Dataset } from "./expand";
import { samePlacement } from "./placement-name";
import { refuse, type Refusal } from "./refusal";
import type { Placement } from "./schema/placement";

/** What a dataset's lines say about where it is. */
export type DatasetState = Pick<Dataset, "home" | "next" | "formerly" | "tables"> & {
  readonly startEmpty?: boolean;
};

/** What an edit of the stack file asks for. */
export type Transition =
  /** A new dataset, or a new home that begins empty: create it, move nothing. */
  | { readonly kind: "settle" }
  /** Nothing changed, nothing is under way. */
  | { readonly kind: "steady" }
  /** `next` was added: begin to prepare `to`. */
  | { readonly kind: "prepare"; readonly from: Placement; readonly to: Placement }
  /** `next` is still there: go on preparing. */
  | { readonly kind: "preparing"; readonly from: Placement; readonly to: Placement }
  /** `next` was taken out: remove `to` and every trace on `from`. */
  | { readonly kind: "abandon"; readonly from: Placement; readonly to: Placement }
  /** `home` changed and `formerly` names the old one: move the data. `prepared`: `to` was `next` before. */
  | { readonly kind: "move"; readonly from: Placement; readonly to: Placement; readonly prepared: boolean }
  /** Moved by an earlier run, and `from` is kept. An interrupted move is gone on with: the journal knows. */
  | { readonly kind: "moved"; readonly from: Placement; readonly to: Placement }
  /** `home` and `formerly` were swapped: go back, with what was written since. */
  | { readonly kind: "roll-back"; readonly from: Placement; readonly to: Placement }
  /** `formerly` was deleted: `old` may go, if the journal holds a clean verification. */
  | { readonly kind: "retire"; readonly home: Placement; readonly old: Placement }
  /** No such step; the message says what to write. */
  | Refusal;

/**
 * What it takes to get from one state of the stack file to the next: the rows of "a placement's life", and a refusal
 * for everything else. `before` is undefined for a dataset that is new to the stack.
 */
export function transition(before: DatasetState | undefined, now: DatasetState): Transition {
  if ((before?.next ?? before?.formerly) && !sameTables(before?.tables, now.tables))
    return refuse("tables-changed", before, now);
  const nonsense = selfContradiction(now);
  if (nonsense !== undefined) return refuse(nonsense, before, now);
  if (before === undefined) return first(now);
  if (before.formerly !== undefined) return afterMove(before, before.formerly, now);
  if (before.next !== undefined) return whilePreparing(before, before.next, now);
  return fromRest(before, now);
}

/** States that mean two things at once; `parseTopology` refuses them with the line's path. */
function selfContradiction({ home, next, formerly, startEmpty }: DatasetState) {
  if (next && formerly) return "next-with-formerly";
  if (next && samePlacement(home, next)) return "same-placement";
  if (formerly && samePlacement(home, formerly)) return "same-placement";
  if (startEmpty === true && (next ?? formerly)) return "start-empty-with-data";
  return undefined;
}

/** Whether both name the same part of a schema, or all of it. */
function sameTables(one: readonly string[] | undefined, other: readonly string[] | undefined): boolean {
  const [before, now] = [new Set(one), new Set(other)];
  const whole = [one, other].filter((tables) => tables === undefined).length;
  return (
    whole === 2 || (whole === 0 && before.size === now.size && [...before].every((each) => now.has(each)))
  );
}

/** New to the stack: created empty, or adopted from where it was before there was a stack. */
function first({ home, next, formerly }: DatasetState): Transition {
  if (formerly) return { kind: "move", from: formerly, to: home, prepared: false };
  if (next) return { kind: "prepare", from: home, to: next };
  return { kind: "settle" };
}

/** Before: `home: A`. */
function fromRest(before: DatasetState, now: DatasetState): Transition {
  const from = before.home;
  if (samePlacement(from, now.home)) {
    if (now.formerly) return refuse("formerly-without-move", before, now);
    return now.next ? { kind: "prepare", from, to: now.next } : { kind: "steady" };
  }
  if (now.formerly) {
    if (!samePlacement(from, now.formerly)) return refuse("formerly-not-home", before, now);
    return { kind: "move", from, to: now.home, prepared: false };
  }
  return now.startEmpty === true ? { kind: "settle" } : refuse("home-changed", before, now);
}

/** Before: `home: A, next: B`. */
function whilePreparing(before: DatasetState, to: Placement, now: DatasetState): Transition {
  const from = before.home;
  if (samePlacement(from, now.home)) {
    if (now.formerly) return refuse("formerly-without-move", before, now);
    if (now.next === undefined) return { kind: "abandon", from, to };
    return samePlacement(to, now.next)
      ? { kind: "preparing", from, to }
      : refuse("next-changed", before, now);
  }
  if (!samePlacement(to, now.home)) return refuse("home-not-next", before, now);
  if (now.formerly === undefined)
    return refuse(now.startEmpty === true ? "start-empty-with-data" : "home-changed", before, now);
  if (!samePlacement(from, now.formerly)) return refuse("formerly-not-home", before, now);
  return { kind: "move", from, to, prepared: true };
}

/** Before: `home: B, formerly: A`. */
function afterMove(before: DatasetState, old: Placement, now: DatasetState): Transition {
  const home = before.home;
  if (samePlacement(home, now.home)) {
    if (now.next) return refuse("unretired", before, now);
    if (now.formerly === undefined) return { kind: "retire", home, old };
    return samePlacement(old, now.formerly)
      ? { kind: "moved", from: old, to: home }
      : refuse("formerly-changed", before, now);
  }
  if (samePlacement(old, now.home) && now.formerly && samePlacement(home, now.formerly))
    return { kind: "roll-back", from: home, to: old };
  return refuse("unretired", before, now);
}
