import { placementName, samePlacement } from "./placement-name";
import type { Placement } from "./schema/placement";
import type { DatasetState } from "./transition";
import { yamlLine } from "./yaml";

/** Why an edit is no step of a placement's life; stable, documented, safe to branch on. */
export type RefusalCode =
  | "formerly-changed"
  | "formerly-not-home"
  | "formerly-without-move"
  | "home-changed"
  | "home-not-next"
  | "next-changed"
  | "next-with-formerly"
  | "same-placement"
  | "start-empty-with-data"
  | "tables-changed"
  | "unretired";

/** An edit that cannot be carried out. The message names every placement and shows the lines to write instead. */
export interface Refusal {
  readonly kind: "refused";
  readonly code: RefusalCode;
  readonly message: string;
}

export function refuse(code: RefusalCode, before: DatasetState | undefined, now: DatasetState): Refusal {
  const was = before === undefined ? "nothing; it is new" : describe(before);
  const facts = `Until now: ${was}. The stack file says: ${describe(now)}.`;
  const ways = remedies(code, before, now).map(({ to, write }) => `${to}:\n${indent(write)}`);
  return { kind: "refused", code, message: [SENTENCES[code], facts, ...ways].join("\n") };
}

const SENTENCES: Readonly<Record<RefusalCode, string>> = {
  "formerly-changed": "formerly cannot change: it names the place that the data was moved from.",
  "formerly-not-home": "formerly must name the present home: that is where the data is.",
  "formerly-without-move": "formerly was added but home did not change, so there is nothing to move.",
  "home-changed": "home changed, but nothing says what becomes of the data in the old one.",
  "home-not-next": "home changed to another place than the one being prepared.",
  "next-changed": "next cannot change while it is being prepared: abandon that first.",
  "next-with-formerly": "next and formerly cannot stand together: one move at a time.",
  "same-placement": "home and its next or formerly are the same place.",
  "start-empty-with-data": "startEmpty contradicts next and formerly, which take the data along.",
  "tables-changed":
    "tables cannot change between a move and its end: the other home holds what they have selected until now.",
  unretired: "The last move is not finished: the old home is kept until formerly is deleted.",
};

/** A way out: what it is for, and the lines to write for it. */
interface Remedy {
  readonly to: string;
  readonly write: readonly string[];
}

function remedies(code: RefusalCode, before: DatasetState | undefined, now: DatasetState): Remedy[] {
  if (before === undefined) return beginnings(now);
  if (code === "tables-changed") {
    const without = before.tables === undefined ? ", without tables," : "";
    return [{ to: `To finish the move or give it up first, write${without}`, write: lines(before) }];
  }
  if (before.formerly) return waysToFinish(before, before.formerly, now);
  const stay = { to: "To leave the data where it is, write", write: lines(before) };
  const { home, next } = before;
  switch (code) {
    case "next-changed":
      return [
        { to: "First write this and run pulumi up", write: [yamlLine("home", home)] },
        { to: "Then write", write: lines(now) },
      ];
    case "home-changed":
    case "formerly-not-home":
      return [...waysToMove(home, next ?? now.home), ...(next ? [] : [beginEmpty(now.home)]), stay];
    case "home-not-next": {
      const give = "To give that up, write this, run pulumi up, and change home then";
      return [...(next ? waysToMove(home, next) : []), { to: give, write: [yamlLine("home", home)] }];
    }
    case "formerly-changed":
    case "formerly-without-move":
    case "next-with-formerly":
    case "same-placement":
    case "start-empty-with-data":
    case "unretired":
      return [stay];
  }
}

const waysToMove = (from: Placement, to: Placement): Remedy[] => [
  { to: "To move the data, write", write: [yamlLine("home", to), yamlLine("formerly", from)] },
];

const beginEmpty = (home: Placement): Remedy => ({
  to: "To begin empty there, write",
  write: [yamlLine("home", home), "startEmpty: true"],
});

/** What a dataset that is new to the stack may begin as. */
function beginnings({ home, next, formerly }: DatasetState): Remedy[] {
  const adopt = formerly && !samePlacement(home, formerly) ? waysToMove(formerly, home) : [];
  const prepare = { to: "To prepare the next home, write", write: next ? lines({ home, next }) : [] };
  return [
    ...adopt,
    ...(next && !samePlacement(home, next) ? [prepare] : []),
    { to: "To begin there, write", write: [yamlLine("home", home)] },
  ];
}

/** The ways out of a move that is not retired: delete the old home, go back, or leave it. */
function waysToFinish(before: DatasetState, formerly: Placement, now: DatasetState): Remedy[] {
  const { home } = before;
  const onward =
    samePlacement(home, now.home) && now.next === undefined ? "" : ", run pulumi up, and move on then";
  return [
    { to: `To retire the old home, write this${onward}`, write: [yamlLine("home", home)] },
    { to: "To roll back, write", write: [yamlLine("home", formerly), yamlLine("formerly", home)] },
    { to: "To leave it as it is, write", write: lines(before) },
  ];
}

const lines = (state: DatasetState): string[] => [
  ...fields(state).map(([field, placement]) => yamlLine(field, placement)),
  ...(state.tables === undefined ? [] : [`tables: ${JSON.stringify(state.tables)}`]),
];

const describe = (state: DatasetState): string => {
  const places = fields(state).map(([field, placement]) => `${field} ${placementName(placement)}`);
  const tables = state.tables === undefined ? [] : [`tables ${JSON.stringify(state.tables)}`];
  return [...places, ...tables, ...(state.startEmpty === true ? ["startEmpty"] : [])].join(", ");
};

function fields({ home, next, formerly }: DatasetState): ["home" | "next" | "formerly", Placement][] {
  const places: ["home" | "next" | "formerly", Placement][] = [["home", home]];
  if (next) places.push(["next", next]);
  if (formerly) places.push(["formerly", formerly]);
  return places;
}

const indent = (write: readonly string[]): string => write.map((line) => `  ${line}`).join("\n");
