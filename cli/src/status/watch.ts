import { setTimeout as sleep } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import type { Terminal } from "../terminal/terminal";
import { clock } from "../terminal/words";
import type { DatasetStatus } from "./dataset-status";
import { formatStatus, statusLine } from "./format-status";
import type { Unread } from "./read-stack";

/** One look at a stack. */
export interface Look {
  readonly title: string;
  readonly at: string;
  readonly statuses: readonly DatasetStatus[];
  readonly unread: readonly Unread[];
}

/** Whether something is under way that ends by itself. */
const isBusy = ({ statuses }: Pick<Look, "statuses">): boolean =>
  statuses.some(
    ({ state, migration }) => state === "moving" || (state === "preparing" && migration?.alive === true),
  );

/** No line may break: what was drawn is taken back by the number of its lines. */
const cut = (line: string, width: number): string => {
  const plain = stripVTControlCharacters(line);
  return plain.length < width ? line : `${plain.slice(0, Math.max(0, width - 2))}…`;
};

/** A view that takes back what it has drawn and draws it anew. */
const drawer = (terminal: Terminal, write: (text: string) => void) => {
  let drawn = 0;
  return (look: Look): void => {
    const body = formatStatus(look.statuses, look.unread, terminal.paint, terminal.columns - 1);
    const head = terminal.paint.faint(
      `${look.title}, ${clock(look.at)} UTC; Ctrl-C ends this view, and nothing else`,
    );
    const lines = [head, "", ...body.split("\n")].map((line) => cut(line, terminal.columns));
    write(`${drawn > 0 ? `\u001b[${drawn}A` : ""}\u001b[0J${lines.join("\n")}\n`);
    drawn = lines.length;
  };
};

/** In a pipe: a line for each dataset, when it says something else than before. */
export const liner = (print: (line: string) => void): ((look: Look) => void) => {
  const last = new Map<string, string>();
  return ({ at, statuses, unread }) => {
    const lines = [
      ...statuses.map((status) => [status.dataset, statusLine(status)] as const),
      ...unread.map(({ place, reason }) => [place, `${place} is not known: ${reason}`] as const),
    ];
    for (const [key, line] of lines) {
      if (last.get(key) === line) continue;
      last.set(key, line);
      print(`${clock(at)}  ${line}`);
    }
  };
};

/** How a watch goes on. */
export interface WatchOptions<Seen extends Look> {
  /** Milliseconds between two looks. */
  readonly interval: number;
  /** Whether to end as soon as nothing is under way. */
  readonly untilIdle: boolean;
  readonly signal: AbortSignal;
  readonly show: (look: Seen) => void;
}

/** Looks again and again. */
export const watch = async <Seen extends Look>(
  look: () => Promise<Seen>,
  { interval, untilIdle, signal, show }: WatchOptions<Seen>,
): Promise<void> => {
  while (!signal.aborted) {
    const seen = await look();
    show(seen);
    if (untilIdle && !isBusy(seen)) break;
    await sleep(interval, undefined, { signal }).catch(() => undefined); // ended by the signal
  }
};

/** How looks are shown: drawn again on a terminal, as lines in a pipe. */
export const viewOf = (terminal: Terminal): ((look: Look) => void) =>
  terminal.live ? drawer(terminal, (text) => void process.stdout.write(text)) : liner(terminal.print);
