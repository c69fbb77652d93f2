import { formatPlan } from "@rehome/migration";
import type { Paint } from "../terminal/terminal";
import type { Gate, PlannedStep, Waiting } from "./told";
import type { Preview } from "./preview";

/** A plan's lines begin with a label; what forbids and what warns stands out. */
const LABEL = /^( {2})(\S+(?: \S+)?)( {2,}.*)$/;

const painted = (text: string, paint: Paint): string =>
  text
    .split("\n")
    .map((line, at) => {
      if (at === 0) return paint.strong(line);
      const [, indent = "", label = "", rest = ""] = LABEL.exec(line) ?? [];
      if (label === "") return line;
      const how = label === "BLOCKER" ? paint.bad : label === "warning" ? paint.warn : paint.faint;
      return `${indent}${how(label)}${rest}`;
    })
    .join("\n");

const QUIET = new Set(["steady", "moved", "settle"]);

const inWords = ({ step, from, to }: PlannedStep): string => {
  switch (step) {
    case "settle":
      return `${to ?? ""}, created empty`;
    case "moved":
      return `${from ?? ""} → ${to ?? ""}, done by an earlier run`;
    case "preparing":
      return `${from ?? ""} → ${to ?? ""}, goes on being prepared`;
    case "abandon":
      return `${to ?? ""} is given up; the service stays in ${from ?? ""}`;
    case "retire":
      return `${from ?? ""} is retired, for all of it was verified to be in ${to ?? ""}`;
    case "recorded":
      return `${from ?? ""} → ${to ?? ""}, done already, and only to be noted`;
    case "lost":
      return `${from ?? ""} is lost; ${to ?? ""} was opened again, and is handed out`;
    case "move":
    case "roll-back":
    case "prepare":
      return `${from ?? ""} → ${to ?? ""}, planned as soon as ${from ?? "that"} is there`;
    default:
      return from === undefined ? (to ?? "") : `${from} → ${to ?? ""}`;
  }
};

const stepText = (step: PlannedStep, paint: Paint): string => {
  const { dataset, plan, refused } = step;
  const what = inWords(refused.length > 0 ? { ...step, step: "refused" } : step);
  const head = plan === undefined ? paint.strong(`${dataset}: ${what}`) : painted(formatPlan(plan), paint);
  // A plan names its own blockers.
  const lines = plan === undefined ? refused.map((reason) => `  ${paint.bad("BLOCKER")}   ${reason}`) : [];
  return [head, ...lines].join("\n");
};

const waitingText = ({ line }: Waiting): string => line;
const gateText = ({ service, after, url }: Gate): string =>
  `${service}: begins when ${url} is healthy${after.length > 0 ? `, after ${after.join(", ")}` : ""}`;

/** The preview of a stack's moves as a person reads it. */
export const formatPreview = (found: Preview, paint: Paint): string => {
  const moving = found.steps.filter(({ step, refused }) => !QUIET.has(step) || refused.length > 0);
  const new_ = found.steps.filter(({ step, refused }) => step === "settle" && refused.length === 0);
  const parts = [
    ...moving.map((step) => stepText(step, paint)),
    ...(new_.length > 0 ? [new_.map((step) => stepText(step, paint)).join("\n")] : []),
    ...found.waiting.map(waitingText),
    ...found.gates.map(gateText),
    ...(moving.length === 0 ? found.errors.map((reason) => paint.bad(`error: ${reason}`)) : []),
  ];
  return parts.length === 0
    ? "nothing moves: every dataset is where the stack file says."
    : parts.join("\n\n");
};
