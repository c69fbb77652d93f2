import type { Command } from "commander";
import { addCancel } from "./commands/cancel";
import { addConnect } from "./commands/connect";
import { addDiff } from "./commands/diff";
import { addDoctor } from "./commands/doctor";
import { addHistory } from "./commands/history";
import { addPlan } from "./commands/plan";
import { addRehearse } from "./commands/rehearse";
import { addReopen } from "./commands/reopen";
import { addReport } from "./commands/report";
import { addSizes } from "./commands/sizes";
import { addStatus } from "./commands/status";
import { addVerify } from "./commands/verify";
import { addCompletion } from "./completion";
import { newProgram } from "./program";

/** In the order in which the help lists them. */
const COMMANDS = [
  addStatus,
  addPlan,
  addHistory,
  addReport,
  addSizes,
  addConnect,
  addDoctor,
  addVerify,
  addDiff,
  addCancel,
  addReopen,
  addRehearse,
];

/**
 * The whole command line.
 * @param argv what is to be parsed: only a shell's question for completions needs answers of its own
 * @param done told the exit code of a command that has come to its end
 */
export const rehome = async (
  version: string,
  argv: readonly string[],
  done: (code: number) => void,
): Promise<Command> => {
  const program = newProgram(version).exitOverride();
  for (const add of COMMANDS) add(program, done);
  await addCompletion(program, argv);
  return program;
};
