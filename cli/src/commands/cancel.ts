import { cancelMove, placementName, type Endpoint } from "@rehome/migration";
import type { Placement } from "@rehome/topology";
import type { Command } from "commander";
import { CliError } from "../cli-error";
import { cancellationOf } from "../cancel/cancellation";
import { contextOf, headOf, type DocumentHead } from "../context";
import { EXIT, type ExitCode } from "../exit-codes";
import { addCommand, type CommonFlags, type Description } from "../program";
import { chosen, serverAt, type Stack } from "../stack/open-stack";
import { datasetStatuses, type DatasetStatus } from "../status/dataset-status";
import { databasesOf, readStackJournals } from "../status/read-stack";
import type { DatasetModel } from "../stack/model";
import { agreed } from "../terminal/ask";

/** What `rehome cancel --json` prints. */
export interface CancelDocument extends DocumentHead {
  readonly dataset: string;
  /** Whether anything was given up. */
  readonly cancelled: boolean;
  /** Where the service works. */
  readonly home: string;
  readonly message: string;
  readonly next_steps: readonly string[];
}

interface Flags extends CommonFlags {
  readonly yes?: boolean;
}

const DESCRIPTION: Description = {
  usage: "cancel <dataset>",
  summary: "gives up a move that was prepared, interrupted or failed",
  about:
    "Takes fence and replication off the home that the dataset stays in. What was copied stays in the other one until the stack file is put back and pulumi up deletes it. A move that has been switched cannot be cancelled, but taken back; one that a run is at work on is ended there first. Asks before it does so.",
  examples: [
    ["rehome cancel billing", "asks first"],
    ["rehome cancel billing --yes --json", "for scripts"],
  ],
};

const endpoint = (stack: Stack, at: Placement, owner: string): Endpoint => ({
  ...at,
  owner,
  server: serverAt(stack, at.host),
});

const ADVICE =
  "delete `next`, or put home and formerly back, in the stack file; then pulumi up deletes what was copied";

/** @throws CliError `no-service`, `several-datasets` */
const only = (name: string, statuses: readonly DatasetStatus[]): DatasetStatus => {
  const found = chosen(
    statuses.map((status) => ({ name: status.dataset, status })),
    [name],
  );
  const [one] = found.length === 1 ? found : found.filter((each) => each.name === name);
  if (one !== undefined) return one.status;
  const names = found.map((each) => each.name).join(", ");
  throw new CliError("several-datasets", `"${name}" has several datasets; name one of ${names}.`, EXIT.usage);
};

const run = async (name: string, flags: Flags): Promise<ExitCode> => {
  const { terminal, open, answer } = contextOf(flags);
  const stack = await open();
  const reading = await readStackJournals(stack);
  const statuses = datasetStatuses(stack.datasets, stack.wanted, reading);
  const status = only(name, statuses);
  const isIt = (one: DatasetModel): boolean => one.name === status.dataset;
  const known = stack.datasets.find(isIt);
  const cancellation = cancellationOf(status, known, databasesOf(stack), reading);
  const head = headOf("cancel", stack);
  const document = (cancelled: boolean, message: string): CancelDocument => ({
    ...head,
    ...{ dataset: status.dataset, cancelled, home: status.home, message },
    next_steps: cancelled ? [ADVICE] : status.next_steps,
  });
  if (cancellation.kind === "nothing") {
    answer(document(false, cancellation.say), () => cancellation.say);
    return EXIT.ok;
  }
  const { from, to } = cancellation;
  const [stays, other] = [placementName(from), placementName(to)];
  await agreed(
    `Give up the move of ${status.dataset} to ${other}? It stays in ${stays}.`,
    flags.yes === true,
    terminal,
  );
  const owner = (known ?? stack.wanted.find(isIt))?.owner ?? "";
  const ends = { from: endpoint(stack, from, owner), to: endpoint(stack, to, owner) };
  const cancelled = await cancelMove({ dataset: status.dataset, ...ends });
  const away = cancelled === "home" ? ` ${other} does not answer: what was made there is left there.` : "";
  const message = `${status.dataset} stays in ${stays}; nothing is left there of its move to ${other}.${away}`;
  answer(document(cancelled !== "nothing", message), () => `${message}\nNext: ${ADVICE}.`);
  return EXIT.ok;
};

/** `rehome cancel`: gives up a move that has not been switched. */
export const addCancel = (program: Command, done: (code: ExitCode) => void): void => {
  addCommand(program, DESCRIPTION)
    .option("-y, --yes", "do not ask")
    .action(async (name: string, flags: Flags) => done(await run(name, flags)));
};
