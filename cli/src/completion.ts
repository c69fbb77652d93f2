import { findStack, readStackFileOf, stackNames } from "@rehome/rehearsal";
import type { Command } from "commander";
import { exampleText } from "./program";

/** What a shell may be offered, from the project's files alone: nobody waits for a state at a press of Tab. */
interface Offers {
  readonly stacks: readonly string[];
  readonly services: readonly string[];
  readonly hosts: readonly string[];
}

const NONE: Offers = { stacks: [], services: [], hosts: [] };

const keysOf = (value: unknown): string[] =>
  typeof value === "object" && value !== null ? Object.keys(value) : [];

/** The value after a flag in a command line that is being typed. */
const given = (argv: readonly string[], ...flags: readonly string[]): string | undefined => {
  const at = argv.findIndex((word) => flags.includes(word));
  return at === -1 ? undefined : argv[at + 1] || undefined; // empty: it is still to be typed
};

const offersFor = async (argv: readonly string[]): Promise<Offers> => {
  const found = await findStack(given(argv, "--cwd", "-C") ?? process.cwd(), given(argv, "--stack", "-s"));
  const { config = {} } = await readStackFileOf(found);
  const topology = config["rehome:topology"] as { services?: unknown; hosts?: unknown } | undefined;
  const { services, hosts } = { ...topology };
  return { stacks: await stackNames(found.root), services: keysOf(services), hosts: keysOf(hosts) };
};

const EXAMPLES = exampleText([
  ["source <(rehome completion bash)", "in ~/.bashrc, with node_modules/.bin on the PATH"],
  ["rehome completion zsh > ~/.zfunc/_rehome", "for zsh; fish and powershell have theirs"],
]);

const ARGUMENTS: Readonly<Record<string, keyof Offers>> = {
  ...{ dataset: "services", service: "services", host: "hosts" },
};

/** Adds `rehome completion <shell>`, and what the shell then asks with every press of Tab. */
export const addCompletion = async (program: Command, argv: readonly string[]): Promise<void> => {
  const { default: tab } = await import("@bomb.sh/tab/commander");
  const root = tab(program, { completionCommandName: "completion" });
  const script = program.commands.find((command) => command.name() === "completion");
  script
    ?.description(
      "Prints a script that completes rehome's commands, flags, services, hosts and stacks in a shell.",
    )
    .summary("a script that completes these commands in a shell")
    .addHelpText("after", EXAMPLES);
  if (argv[0] !== "complete") return;
  // Outside of a project there is nothing to offer but commands and flags.
  const offers = await offersFor(argv).catch(() => NONE);
  const all =
    (kind: keyof Offers) =>
    (complete: (value: string, description: string) => void): void => {
      for (const name of offers[kind]) complete(name, "");
    };
  for (const [name, command] of root.commands) {
    // A line in a shell's list has room for a few words.
    command.description = program.commands.find((one) => one.name() === name)?.summary() ?? "";
    const stack = command.options.get("stack");
    if (stack !== undefined) stack.handler = all("stacks");
    for (const argument of command.arguments.values()) {
      const kind = ARGUMENTS[argument.name];
      if (kind !== undefined) argument.handler = all(kind);
    }
  }
};
