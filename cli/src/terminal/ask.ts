import { CliError } from "../cli-error";
import { EXIT } from "../exit-codes";
import type { Terminal } from "./terminal";

/**
 * Asks before something is destroyed.
 * @param yes whether the command line has said so already
 * @throws CliError `yes-missing` where nobody can be asked; `cancelled` when the answer is no
 */
export const agreed = async (question: string, yes: boolean, { asks }: Terminal): Promise<void> => {
  if (yes) return;
  if (!asks)
    throw new CliError("yes-missing", `${question} Nobody can be asked here: say so with --yes.`, EXIT.usage);
  const { confirm, isCancel } = await import("@clack/prompts");
  const answer = await confirm({ message: question, initialValue: false });
  if (isCancel(answer) || !answer)
    throw new CliError("cancelled", "cancelled; nothing was changed.", EXIT.cancelled);
};
