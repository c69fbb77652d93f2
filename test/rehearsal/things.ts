import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { RehearseOptions, RehearseResult } from "@rehome/rehearsal";
import type { Wish } from "./programs/things/thing";
import { sandbox, type Sandbox } from "./support";

export const SECRET = "a-very-confidential-word";

/** The program of wishes, and what its provider was asked to do. */
export interface Things {
  readonly sandbox: Sandbox;
  readonly log: string;
  readonly configOf: (
    wishes: readonly Wish[],
    more?: Record<string, string>,
  ) => Record<string, string | object>;
  readonly run: (
    command: RehearseOptions["command"],
    wishes: readonly Wish[],
    more?: Partial<RehearseOptions> & { allow?: string },
  ) => Promise<RehearseResult>;
  /** What was done since the last time this was asked. */
  readonly done: () => Promise<string[]>;
}

export const things = async (): Promise<Things> => {
  const box = await sandbox("things");
  const log = join(box.directory, "done.log");
  const configOf: Things["configOf"] = (wishes, more = {}) => ({
    wishes: [...wishes],
    log,
    secret: { secret: SECRET },
    ...more,
  });
  return {
    sandbox: box,
    log,
    configOf,
    run: (command, wishes, { allow, ...more } = {}) =>
      box.run(command, configOf(wishes, allow === undefined ? {} : { allow }), more),
    done: async () => {
      if (!existsSync(log)) return [];
      const lines = (await readFile(log, "utf8")).trim().split("\n");
      await rm(log);
      return lines;
    },
  };
};
