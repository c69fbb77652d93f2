/** Exit codes: Pulumi's where it has one for it, Unix' where it has none. `rehome help` lists them. */
export const EXIT = {
  ok: 0,
  /** It failed, or what was asked about is not so: a plan that is blocked, rows that differ, a check that fails. */
  failed: 1,
  /** The command line makes no sense, or a question cannot be asked and `--yes` is missing. */
  usage: 2,
  noStack: 6,
  cancelled: 8,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** As `rehome help` prints them. */
export const EXIT_CODES_HELP = `Exit codes:
  0  done; nothing is wrong
  1  failed, or what was asked about is not so: a plan is blocked, rows differ, a check fails
  2  the command line makes no sense, or --yes is missing where nobody can be asked
  6  there is no such stack, or no such service in it
  8  cancelled at a question`;
