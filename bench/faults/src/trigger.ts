import type { Random } from "./random";
import type { Expected } from "./world";

/**
 * When a fault happens: the engine stands still as a stage begins; or some milliseconds into it; or at the n-th message
 * that it sends since, before that is passed on or once it has been.
 */
export type Trigger =
  | { readonly at: "boundary"; readonly stage: string }
  | { readonly at: "moment"; readonly stage: string; readonly ms: number }
  | {
      readonly at: "message";
      readonly stage: string;
      readonly count: number;
      readonly when: "before" | "after";
    };

/** Stages in the order in which an engine tells of them; `start` is before it has told of any. */
const OFFLINE = ["start", "inspect", "prepare", "fence", "copy", "index", "verify", "switch", "retire"];
const ONLINE = [
  ...["start", "inspect", "prepare", "copy", "index", "follow", "compare", "fence", "drain", "switch"],
  ...["prove", "retire"],
];
export const orderOf = (expected: Expected): readonly string[] => (expected === "follow" ? ONLINE : OFFLINE);
/** For tables that show both. */
export const ORDER: readonly string[] = [
  ...[
    "start",
    "inspect",
    "prepare",
    "fence",
    "copy",
    "index",
    "follow",
    "compare",
    "drain",
    "verify",
    "switch",
  ],
  ...["prove", "retire"],
];

/** Roughly the messages that a stage sends, and the milliseconds that it takes: a fault is to hit any of them. */
const MESSAGES: Record<string, number> = {
  ...{
    start: 14,
    inspect: 40,
    prepare: 60,
    fence: 60,
    copy: 50,
    index: 80,
    follow: 10,
    compare: 120,
    drain: 40,
    verify: 60,
    switch: 14,
    prove: 60,
    retire: 60,
  },
};
const MILLISECONDS: Record<string, number> = {
  ...{
    start: 60,
    inspect: 150,
    prepare: 1000,
    fence: 150,
    copy: 250,
    index: 250,
    follow: 50,
    compare: 400,
    drain: 150,
    verify: 150,
    switch: 20,
    prove: 300,
    retire: 100,
  },
};

export function chooseTrigger(random: Random, stage: string): Trigger {
  const how = random.next();
  if (how < 0.3 && stage !== "start" && stage !== "retire") return { at: "boundary", stage };
  if (how < 0.5) return { at: "moment", stage, ms: random.between(0, MILLISECONDS[stage] ?? 100) };
  const count = random.between(1, MESSAGES[stage] ?? 30);
  return { at: "message", stage, count, when: random.pick(["before", "after"]) };
}

export function describeTrigger(trigger: Trigger): string {
  if (trigger.at === "boundary") return `${trigger.stage} begins`;
  if (trigger.at === "moment") return `${trigger.stage} + ${trigger.ms} ms`;
  return `${trigger.when} message ${trigger.count} of ${trigger.stage}`;
}

/** Whether a stage has come that a trigger waits for: a run that goes on skips some. */
export const hasCome = (trigger: Trigger, stage: string, order: readonly string[]): boolean =>
  order.indexOf(stage) >= order.indexOf(trigger.stage);
