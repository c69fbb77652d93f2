import { parseArgs } from "node:util";
import type { PolicyPackOptions } from "../policies/pack";
import { RehearsalError } from "../rehearsal-error";

export const USAGE = `Runs this Pulumi program without the Pulumi CLI, against local PostgreSQL servers.
Hosts that are existing or stack are the real servers: rehearse up moves their data. rehome rehearse uses local ones in
their place.

  rehearse preview                shows what would be done
  rehearse up                     previews, then does it
  rehearse refresh                takes into the state what the servers say
  rehearse destroy                deletes everything
  rehearse stack output [NAME]    prints the stack's outputs; a named one with its secrets
  rehearse stack export           prints the state, as \`pulumi stack import\` accepts it

  --stack NAME        the stack (default: the only one, or dev)
  --cwd DIR           the project's folder (default: this one)
  --config-file FILE  instead of Pulumi.<stack>.yaml
  --policy-pack DIR   preview, up: judge by the policies in DIR; may be given several times
  --policy-pack-config FILE  a pack's levels; the first is the first pack's
  --parallel N        resources worked on at once (default: 16)
  --skip-preview      go ahead without previewing first
  --run-program       destroy: run the program for its hooks (default: when the stack has any)
  --show-secrets      print secrets instead of [secret]; \`stack output NAME\` always does
  --json              preview, stack output: print JSON
  --yes               accepted, as with Pulumi; nothing is ever asked`;

const COMMANDS = ["preview", "up", "destroy", "refresh", "stack output", "stack export", "help"] as const;
export type CommandName = (typeof COMMANDS)[number];

/** A command line, understood. */
export interface Arguments {
  readonly command: CommandName;
  /** The output that was asked for. */
  readonly name: string | undefined;
  readonly stack: string | undefined;
  readonly cwd: string;
  readonly configFile: string | undefined;
  readonly parallel: number | undefined;
  readonly policyPacks: readonly PolicyPackOptions[];
  readonly json: boolean;
  readonly showSecrets: boolean;
  readonly skipPreview: boolean;
  readonly runProgram: boolean | undefined;
}

const isCommand = (text: string): text is CommandName => (COMMANDS as readonly string[]).includes(text);

const parse = (args: readonly string[]) =>
  parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      stack: { type: "string", short: "s" },
      cwd: { type: "string", short: "C", default: process.cwd() },
      "config-file": { type: "string" },
      "policy-pack": { type: "string", multiple: true, default: [] },
      "policy-pack-config": { type: "string", multiple: true, default: [] },
      parallel: { type: "string", short: "p" },
      json: { type: "boolean", short: "j", default: false },
      "show-secrets": { type: "boolean", default: false },
      "skip-preview": { type: "boolean", short: "f", default: false },
      "run-program": { type: "boolean" },
      yes: { type: "boolean", short: "y" },
      help: { type: "boolean", short: "h", default: false },
    },
  });

const countOf = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new RehearsalError("usage", `--parallel is "${text}"; a number of 1 or more is expected.`);
};

/** As with Pulumi, the first configuration is the first pack's, and so on. */
const packsOf = (paths: readonly string[], configs: readonly string[]): PolicyPackOptions[] => {
  if (configs.length > paths.length) {
    const message = `--policy-pack-config is given ${configs.length} times, and --policy-pack ${paths.length} times: each belongs to a pack.`;
    throw new RehearsalError("usage", message);
  }
  return paths.map((path, index) => {
    const config = configs[index];
    return { path, ...(config === undefined ? {} : { config }) };
  });
};

/** @throws RehearsalError for a command line that makes no sense */
export const parseArguments = (args: readonly string[]): Arguments => {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    throw new RehearsalError("usage", (error as Error).message, { cause: error });
  }
  const { values, positionals } = parsed;
  const [first = "help", second = "", third] = positionals;
  const words = first === "stack" ? `stack ${second}` : first;
  const command = values.help ? "help" : words;
  if (!isCommand(command)) {
    throw new RehearsalError(
      "usage",
      `"${words.trim()}" is no command; one of ${COMMANDS.join(", ")} is expected.`,
    );
  }
  return {
    command,
    name: first === "stack" ? third : undefined,
    stack: values.stack,
    cwd: values.cwd,
    configFile: values["config-file"],
    parallel: countOf(values.parallel),
    policyPacks: packsOf(values["policy-pack"], values["policy-pack-config"]),
    json: values.json,
    showSecrets: values["show-secrets"],
    skipPreview: values["skip-preview"],
    runProgram: values["run-program"],
  };
};
