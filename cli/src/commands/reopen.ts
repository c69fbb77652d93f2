import { planReopening, reopen, reusingSessions, type Reopening, type ReopenQuery } from "@rehome/migration";
import type { Command } from "commander";
import { told } from "../cli-error";
import { contextOf, headOf, type DocumentHead } from "../context";
import { EXIT, type ExitCode } from "../exit-codes";
import { addCommand, wholeFrom, type CommonFlags, type Description } from "../program";
import { formatReopenings } from "../reopen/format-reopening";
import { homesLeftFor, type LeftHome } from "../reopen/left-homes";
import { chosen, endpointAt, serverAt, type Stack } from "../stack/open-stack";
import { eachOf, readStackJournals } from "../status/read-stack";
import { agreed } from "../terminal/ask";
import { counted } from "../terminal/words";

/** What became of one dataset. */
export interface Reopened extends Reopening {
  /** Whether it is open; false with the reason why not. */
  readonly reopened: boolean;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** What `rehome reopen --json` prints. */
export interface ReopenDocument extends DocumentHead {
  readonly host: string;
  readonly datasets: readonly Reopened[];
  readonly next_steps: readonly string[];
}

interface Flags extends CommonFlags {
  readonly lost: string;
  readonly skip: number;
  readonly yes?: boolean;
}

const DESCRIPTION: Description = {
  usage: "reopen [dataset...]",
  summary: "opens old homes again, when the host of the new ones is lost for good",
  about:
    "For when there is no way back but to do without: lifts the fence from the homes that datasets have left for the host, as far as they have followed. What had not arrived is lost. Refuses while the host answers with what moved to it. That it cannot be reached from here does not say that it is gone: make sure that nobody reaches it any more, for what is still written there will be nowhere else. Says first what it comes to, and asks.",
  examples: [
    ["rehome reopen --lost billing", "all datasets that have moved to host billing"],
    ["rehome reopen orders --lost main --skip 100000", "one of them; its sequences leave out more numbers"],
    ["rehome reopen --lost billing --yes --json", "for scripts"],
  ],
};

const SKIPPED = 10_000;

const queryOf = (stack: Stack, { name, home, lost }: LeftHome): ReopenQuery => {
  const known = [...stack.datasets, ...stack.wanted].find((one) => one.name === name);
  const owner = { owner: known?.owner ?? "" };
  return {
    ...{ dataset: name, here: endpointAt(stack, home, owner), lost: endpointAt(stack, lost, owner) },
    ...(known?.tables && { tables: known.tables }),
  };
};

/** What opening it comes to; undefined where both homes are on one host, which is there, and so is the new one. */
const planned = async (query: ReopenQuery): Promise<{ query: ReopenQuery; plan: Reopening } | undefined> => {
  try {
    return { query, plan: await planReopening(query) };
  } catch (error) {
    if (query.here.host === query.lost.host && told(error).code === "not-lost") return undefined;
    throw error;
  }
};

const adviceOn = (done: readonly Reopened[], host: string): string[] => {
  const open = done.filter(({ reopened }) => reopened).map(({ dataset }) => dataset);
  if (open.length === 0) return [];
  const names = open.length > 3 ? counted(open.length, "dataset") : open.join(", ");
  return [
    `write what \`formerly\` says as \`home\` of ${names} in the stack file, and delete \`formerly\`; then pulumi up hands it out`,
    `see to it that nobody reaches ${host} any more, nor a server that comes back in its place`,
  ];
};

const run = async (names: readonly string[], flags: Flags): Promise<ExitCode> => {
  const { terminal, open, answer, waiting } = contextOf(flags);
  const { lost: host, skip } = flags;
  const stack = await open();
  serverAt(stack, host); // a name that nobody knows is refused first
  waiting(`looking for homes that were left for ${host} …`);
  const left = homesLeftFor(host, (await readStackJournals(stack, [])).fences);
  const queries = (left.length === 0 ? [] : chosen(left, names)).map((one) => queryOf(stack, one));
  const lost = (await reusingSessions(() => eachOf(queries, planned))).flatMap((one) => one ?? []);
  const plans = lost.map(({ plan }) => plan);
  const head = { ...headOf("reopen", stack), host };
  const document = (datasets: readonly Reopened[]): ReopenDocument => ({
    ...{ ...head, datasets, next_steps: adviceOn(datasets, host) },
  });
  if (plans.length === 0) {
    answer(document([]), () => `nothing to open again: no home stands fenced that was left for ${host}.`);
    return EXIT.ok;
  }
  const said = formatReopenings(plans, terminal.paint);
  if (flags.yes !== true) terminal.note(said);
  await agreed(`Is host ${host} gone for good, and out of everybody's reach?`, flags.yes === true, terminal);
  const done = await eachOf(lost, async ({ query, plan }): Promise<Reopened> => {
    try {
      return { ...plan, ...(await reopen(query, { skip })), reopened: true, error: null };
    } catch (error) {
      const { code, message } = told(error);
      return { ...plan, reopened: false, error: { code, message } };
    }
  });
  const failed = done.filter(({ error }) => error !== null);
  answer(document(done), () =>
    [
      ...(flags.yes === true ? [said] : []),
      ...failed.map(({ dataset, error }) =>
        terminal.paint.bad(`${dataset} is not open: ${error?.message ?? ""} [${error?.code ?? ""}]`),
      ),
      `${counted(done.length - failed.length, "home")} of ${done.length} opened again.`,
      ...adviceOn(done, host).map((step) => `Next: ${step}.`),
    ].join("\n"),
  );
  return failed.length > 0 ? EXIT.failed : EXIT.ok;
};

/** `rehome reopen`: old homes again, where the new ones are lost. */
export const addReopen = (program: Command, done: (code: ExitCode) => void): void => {
  addCommand(program, DESCRIPTION)
    .requiredOption("--lost <host>", "the host that is gone for good")
    .option(
      "--skip <numbers>",
      "numbers that each sequence leaves out, which the lost home may have given out",
      wholeFrom(0),
      SKIPPED,
    )
    .option("-y, --yes", "do not ask")
    .action(async (names: string[], flags: Flags) => done(await run(names, flags)));
};
