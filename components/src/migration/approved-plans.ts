import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileOf, type Told } from "./plan-file";

type Step = Extract<Told, { kind: "step" }>;

/** Steps that do something to data. */
const CARRIED_OUT: ReadonlySet<string> = new Set(["prepare", "abandon", "move", "roll-back", "retire"]);

const readApproved = async (folder: string, step: Step): Promise<Step | undefined> => {
  try {
    return JSON.parse(await readFile(join(folder, fileOf(step)), "utf8")) as Step;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
};

/** What is another one than was approved, in words. */
const changes = (approved: Step, now: Step): string[] => {
  const compared: [what: string, before: string | undefined, after: string | undefined][] = [
    ["the step", approved.step, now.step],
    ["the home that it leaves", approved.from, now.from],
    ["the home that it goes to", approved.to, now.to],
    ["the mode", approved.mode, now.mode],
    ["the strategy", approved.plan?.strategy, now.plan?.strategy],
  ];
  const altered = approved.plan?.fingerprint !== now.plan?.fingerprint;
  return [
    ...compared.flatMap(([what, before, after]) =>
      before === after ? [] : [`${what} was ${before ?? "not known"} and is ${after ?? "none"}`],
    ),
    ...(approved.plan && now.plan && altered ? ["definitions in the old home were changed"] : []),
  ];
};

/**
 * Why a step is not carried out where the environment names a folder of approved plans, `REHOME_APPROVED_PLANS`: it is
 * not what the preview said whose plans are there. Nothing where none is named, and for steps that touch no data.
 */
export const unapproved = async (step: Step): Promise<string[]> => {
  const folder = process.env["REHOME_APPROVED_PLANS"];
  if (folder === undefined || folder === "" || !CARRIED_OUT.has(step.step)) return [];
  const approved = await readApproved(folder, step);
  const ways = `Preview again with REHOME_PLAN_DIR, have that approved, and name its folder in REHOME_APPROVED_PLANS.`;
  if (approved === undefined)
    return [`${step.dataset}: no plan of it was approved: ${folder} has no ${fileOf(step)}. ${ways}`];
  if (approved.refused.length > 0)
    return [`${step.dataset}: the preview that was approved refused it. ${ways}`];
  const different = changes(approved, step);
  return different.length === 0
    ? []
    : [`${step.dataset}: it is not what was approved: ${different.join("; ")}. ${ways}`];
};
