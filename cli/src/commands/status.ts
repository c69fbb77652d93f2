import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import { contextOf, headOf, type DocumentHead } from "../context";
import { EXIT, type ExitCode } from "../exit-codes";
import { addCommand, type CommonFlags, type Description } from "../program";
import { chosen, type Stack } from "../stack/open-stack";
import { datasetStatuses, type DatasetStatus } from "../status/dataset-status";
import { formatStatus } from "../status/format-status";
import { readStackJournals, type Unread } from "../status/read-stack";
import { viewOf, watch, type Look } from "../status/watch";

/** What `rehome status --json` prints; with `--watch`, on a line of its own for each look. */
export interface StatusDocument extends DocumentHead {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly datasets: readonly DatasetStatus[];
  /** What could not be read, and why. */
  readonly unread: readonly Unread[];
}

interface Flags extends CommonFlags {
  readonly watch?: boolean;
  readonly wait?: boolean;
  readonly interval: number;
}

const DESCRIPTION: Description = {
  usage: "status [dataset...]",
  summary: "where every dataset is, how far its move is, and what to do next",
  about:
    "Reads the journals of the stack's databases: stage, tables, bytes, rate, time left, how far a home that follows is behind, the fence, the proof, and what to do next. Services or datasets may be named.",
  examples: [
    ["rehome status", "every dataset of the stack"],
    ["rehome status billing --watch", "one service, drawn again every second; lines in a pipe"],
    ["rehome status --wait", "until no run is at work: for scripts"],
    ["rehome status --json | jq '.datasets[].next_steps'", "for programs"],
  ],
};

const seconds = (text: string): number => {
  const value = Number(text);
  if (Number.isFinite(value) && value >= 0.1) return value;
  throw new InvalidArgumentError("a number of seconds of 0.1 or more is expected.");
};

/** How long a state that was read is good for, in milliseconds: it changes when a run begins and ends. */
const STATE_MS = 5_000;

interface StackLook extends Look {
  readonly stack: Stack;
}

const looker = (names: readonly string[], open: () => Promise<Stack>): (() => Promise<StackLook>) => {
  let read: { stack: Stack; at: number } | undefined;
  return async () => {
    const known = read && Date.now() - read.at < STATE_MS ? read : { stack: await open(), at: Date.now() };
    read = known;
    const { stack } = known;
    const reading = await readStackJournals(stack);
    const all = datasetStatuses(stack.datasets, stack.wanted, reading);
    const named = all.map((status) => ({ name: status.dataset, status }));
    const statuses = chosen(named, names).map(({ status }) => status);
    const title = `${stack.project}/${stack.stack}`;
    return { stack, title, at: reading.at, statuses, unread: reading.unread };
  };
};

const documentOf = ({ stack, at, statuses, unread }: StackLook): StatusDocument => ({
  ...headOf("status", stack),
  at,
  datasets: statuses,
  unread,
});

const codeOf = ({ unread }: Pick<Look, "unread">): ExitCode => (unread.length > 0 ? EXIT.failed : EXIT.ok);

const interrupted = (): AbortSignal => {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => controller.abort());
  return controller.signal;
};

const run = async (names: readonly string[], flags: Flags): Promise<ExitCode> => {
  const { terminal, json, open, answer } = contextOf(flags);
  const look = looker(names, open);
  if (flags.watch !== true && flags.wait !== true) {
    const seen = await look();
    answer(documentOf(seen), () =>
      formatStatus(seen.statuses, seen.unread, terminal.paint, terminal.live ? terminal.columns : Infinity),
    );
    return codeOf(seen);
  }
  const view = viewOf(terminal);
  let last: ExitCode = EXIT.ok;
  await watch(look, {
    interval: flags.interval * 1000,
    untilIdle: flags.wait === true,
    signal: interrupted(),
    show: (seen) => {
      last = codeOf(seen);
      if (json) terminal.print(JSON.stringify(documentOf(seen)));
      else view(seen);
    },
  });
  return last;
};

/** `rehome status`: where every dataset is. */
export const addStatus = (program: Command, done: (code: ExitCode) => void): void => {
  addCommand(program, DESCRIPTION)
    .option("-w, --watch", "look again and again, until Ctrl-C")
    .option("--wait", "look again and again, until no run is at work")
    .option("--interval <seconds>", "between two looks", seconds, 1)
    .action(async (names: string[], flags: Flags) => done(await run(names, flags)));
};
