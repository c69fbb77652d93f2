import type { Command } from "commander";
import { addConnect } from "./commands/connect";
import { addHistory } from "./commands/history";
import { addPlan } from "./commands/plan";
import { addSizes } from "./commands/sizes";
import { addStatus } from "./commands/status";
import { newProgram } from "./program";

/** In the order in which the help lists them. */
const COMMANDS = [addStatus, addPlan, addHistory, addSizes, addConnect];

/** The whole command line. @param done told the exit code of a command that has come to its end */
export const rehome = async (version: string, done: (code: number) => void): Promise<Command> => {
  const program = newProgram(version).exitOverride();
  for (const add of COMMANDS) add(program, done);
  return program;
};
