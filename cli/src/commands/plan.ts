import type { Command } from "commander";
import { contextOf, headOf, type DocumentHead } from "../context";
import { EXIT, type ExitCode } from "../exit-codes";
import { formatPreview } from "../plan/format-preview";
import { preview, type Preview } from "../plan/preview";
import { addCommand, choiceOf, type CommonFlags, type Description } from "../program";
import { chosen } from "../stack/open-stack";

/** What `rehome plan --json` prints. */
export interface PlanDocument extends DocumentHead, Preview {
  /** Whether anything forbids what the stack file asks for. */
  readonly blocked: boolean;
}

const DESCRIPTION: Description = {
  usage: "plan [dataset...]",
  summary: "what pulumi up would do to the data, and what forbids it",
  about:
    "Runs the preview of the stack and prints what it says of the data alone: strategy and why, tables, rows, bytes, the fence, the disk, the proof, the way back, blockers and warnings by code. Touches nothing.",
  examples: [
    ["rehome plan", "every move that the stack file asks for"],
    ["rehome plan billing --json", "one service's, for programs"],
  ],
};

const isBlocked = ({ steps, errors }: Preview): boolean =>
  errors.length > 0 || steps.some(({ refused }) => refused.length > 0);

const run = async (names: readonly string[], flags: CommonFlags): Promise<ExitCode> => {
  const { terminal, answer } = contextOf(flags);
  const found = await preview(choiceOf(flags));
  const named = found.steps.map((step) => ({ name: step.dataset, step }));
  const steps = names.length === 0 ? found.steps : chosen(named, names).map(({ step }) => step);
  const wanted = { ...found, steps };
  const document: PlanDocument = { ...headOf("plan", found), ...wanted, blocked: isBlocked(wanted) };
  answer(document, () => formatPreview(wanted, terminal.paint));
  return document.blocked ? EXIT.failed : EXIT.ok;
};

/** `rehome plan`: what `pulumi up` would do. */
export const addPlan = (program: Command, done: (code: ExitCode) => void): void => {
  addCommand(program, DESCRIPTION).action(async (names: string[], flags: CommonFlags) =>
    done(await run(names, flags)),
  );
};
