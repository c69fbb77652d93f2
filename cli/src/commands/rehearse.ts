import type { ServerConnection } from "@rehome/migration";
import type { Placement } from "@rehome/topology";
import { InvalidArgumentError, type Command } from "commander";
import { CliError } from "../cli-error";
import { contextOf, type Context, type DocumentHead } from "../context";
import { EXIT, type ExitCode } from "../exit-codes";
import { addCommand, choiceOf, type CommonFlags, type Description } from "../program";
import { runScratch, scratchStack, type ScratchStack } from "../rehearse/scratch-stack";
import { takeSamples, type TakenSample } from "../rehearse/take-samples";
import { serverByUrl } from "../stack/by-url";
import { openStack, serverAt, type Stack } from "../stack/open-stack";
import { datasetStatuses, type DatasetStatus } from "../status/dataset-status";
import { formatStatus } from "../status/format-status";
import { readStackJournals } from "../status/read-stack";
import { agreed } from "../terminal/ask";
import { counted } from "../terminal/words";

/** What `rehome rehearse --json` prints. */
export interface RehearseDocument extends DocumentHead {
  /** The scratch stack's name. */
  readonly rehearsal: string;
  readonly samples: readonly TakenSample[];
  /** Where its datasets are now. */
  readonly datasets: readonly DatasetStatus[];
  readonly failed: boolean;
}

interface Flags extends CommonFlags {
  readonly sample?: number;
  readonly from?: string;
  readonly clean?: boolean;
  readonly yes?: boolean;
}

const DESCRIPTION: Description = {
  usage: "rehearse",
  summary: "the stack's moves, on servers of this machine, with a sample of the real data",
  about:
    "Runs the stack's own program beside the stack, as <stack>-rehearsal: first as it is before its moves (each dataset where formerly says), then as the stack file has it. Cloud instances, containers and other people's servers become local ones, roles and passwords are made there, and nothing waits for approvals. With --sample, definitions and some rows of each table are read from where they really are, and from nowhere else; nothing real is written to.",
  examples: [
    ["rehome rehearse --stack prod", "the moves, with empty tables' schemas"],
    [
      "rehome rehearse --stack prod --sample 1000",
      "with up to 1,000 rows of each table, from the stack's hosts",
    ],
    [
      "PGPASSWORD=… rehome rehearse --from postgres://reader@replica:5432",
      "the same, from one server that has them all",
    ],
    ["rehome status --stack prod-rehearsal", "how the rehearsed moves stand; all commands take it"],
    ["rehome rehearse --stack prod --clean", "stops its servers and deletes their data; asks first"],
  ],
};

const ROWS = 1_000;

const whole = (text: string): number => {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError("a number of rows of 1 or more is expected.");
};

const interrupted = (): AbortSignal => {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => controller.abort());
  return controller.signal;
};

/** Where real rows are: on the server that was named, else on the stack's own hosts. */
const sourcesOf = async (flags: Flags): Promise<(placement: Placement) => ServerConnection> => {
  if (flags.from === undefined) {
    const real = await openStack(choiceOf(flags));
    return ({ host }) => serverAt(real, host);
  }
  const { server } = serverByUrl(flags.from);
  return () => server;
};

const openScratch = ({ root, name }: ScratchStack): Promise<Stack> =>
  openStack({ cwd: root, stack: name, state: "rehearsal" });

const clean = async (scratch: ScratchStack, flags: Flags, { terminal, json }: Context): Promise<ExitCode> => {
  const question = `Delete the servers of ${scratch.name} and all their data?`;
  await agreed(question, flags.yes === true, terminal);
  const write = (text: string): void => void process.stderr.write(json ? "" : text);
  const code = await runScratch(scratch, "destroy", scratch.after, {
    ...{ write, colors: false, signal: interrupted(), destroyData: true },
  });
  return code === 0 ? EXIT.ok : EXIT.failed;
};

const run = async (flags: Flags): Promise<ExitCode> => {
  const context = contextOf(flags);
  const { terminal, answer } = context;
  const scratch = await scratchStack(choiceOf(flags));
  if (flags.clean === true) return clean(scratch, flags, context);
  const signal = interrupted();
  // The answer is how things stand in the end; on the way there it is told as it happens.
  const write = (text: string): void => void process.stderr.write(text);
  const up = async (topology: ScratchStack["after"]): Promise<boolean> =>
    (await runScratch(scratch, "up", topology, { write, colors: false, signal })) === 0;

  const sampled = flags.sample !== undefined || flags.from !== undefined;
  const sourceOf = sampled ? await sourcesOf(flags) : undefined;
  const samples: TakenSample[] = [];
  if (scratch.begun)
    terminal.note(`going on with ${scratch.name}, which is there; rehome rehearse --clean deletes it first.`);
  let failed = !scratch.begun && !(await up(scratch.before));
  if (!failed && !scratch.begun && sourceOf !== undefined) {
    const rows = flags.sample ?? ROWS;
    samples.push(
      ...(await takeSamples(await openScratch(scratch), scratch.before, sourceOf, rows, terminal.note)),
    );
  }
  failed ||= !(await up(scratch.after));
  const stack = await openScratch(scratch);
  const reading = await readStackJournals(stack);
  const datasets = datasetStatuses(stack.datasets, stack.wanted, reading);
  const { project, stack: real, name } = scratch;
  const head: DocumentHead = { command: "rehearse", version: 1, project, stack: real };
  const document: RehearseDocument = { ...head, rehearsal: name, samples, datasets, failed };
  answer(document, () =>
    [
      ...samples.map(
        ({ placement, tables, rows }) =>
          `sample of ${placement}: ${counted(tables, "table")}, ${counted(rows, "row")}`,
      ),
      ...(samples.length > 0 ? [""] : []),
      formatStatus(
        datasets.map((one) => ({ ...one, next_steps: [] })),
        reading.unread,
        terminal.paint,
      ),
      "",
      `Next\n  rehome status --stack ${name}; rehome rehearse --stack ${real} --clean deletes it`,
    ].join("\n"),
  );
  if (signal.aborted)
    throw new CliError("interrupted", `cut short; rehome rehearse --stack ${real} goes on.`);
  return failed ? EXIT.failed : EXIT.ok;
};

/** `rehome rehearse`: a stack's moves on servers of this machine. */
export const addRehearse = (program: Command, done: (code: ExitCode) => void): void => {
  addCommand(program, DESCRIPTION)
    .option(
      "--sample <rows>",
      "fill it with so many rows of each table at most, from the stack's hosts",
      whole,
    )
    .option("--from <url>", "take the sample from this server; the password is read from PGPASSWORD")
    .option("--clean", "delete what earlier rehearsals have left")
    .option("-y, --yes", "do not ask")
    .action(async (flags: Flags) => done(await run(flags)));
};
