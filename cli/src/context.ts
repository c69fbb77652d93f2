import type { CommonFlags } from "./program";
import { openStack, type Stack } from "./stack/open-stack";
import { choiceOf } from "./program";
import { processTerminal, type Terminal } from "./terminal/terminal";

/** What every JSON document begins with. */
export interface DocumentHead {
  readonly command: string;
  /** Grows when a field is taken away or changes its meaning; new fields come without. */
  readonly version: 1;
  readonly project: string;
  readonly stack: string;
}

/** What a command works with. */
export interface Context {
  readonly terminal: Terminal;
  readonly json: boolean;
  /** Reads the stack that the flags name. */
  readonly open: () => Promise<Stack>;
  /** Says what is being waited for, to somebody who looks. */
  readonly waiting: (line: string) => void;
  /** Prints a document, or the text that a person reads in its place. */
  readonly answer: (document: object, text: () => string) => void;
}

export const headOf = (
  command: string,
  { project, stack }: Pick<Stack, "project" | "stack">,
): DocumentHead => ({
  command,
  version: 1,
  project,
  stack,
});

export const contextOf = (flags: CommonFlags): Context => {
  const json = flags.json === true;
  const terminal = processTerminal(flags.color && !json);
  return {
    terminal,
    json,
    waiting: (line) => {
      if (terminal.live && !json) terminal.note(terminal.paint.faint(line));
    },
    open: () => openStack(choiceOf(flags)),
    answer: (document, text) => terminal.print(json ? JSON.stringify(document, undefined, 2) : text()),
  };
};
