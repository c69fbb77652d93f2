import { createRenderer } from "../display/renderer";
import { loadProject } from "../project/project";
import { messageOf, RehearsalError } from "../rehearsal-error";
import { FAILURE, readStack, rehearse, type RehearseOptions } from "../run/rehearse";
import { isSecret, plain, textOf, type Value, type Values } from "../wire/values";
import { parseArguments, USAGE, type Arguments } from "./arguments";
import { digest } from "./digest";

const print = (text: string): void => {
  process.stdout.write(text);
};

const hide = (values: Values, showSecrets: boolean): Values =>
  Object.fromEntries(
    Object.entries(values).map(([key, value]): [string, Value] => [
      key,
      isSecret(value) && !showSecrets ? "[secret]" : plain(value),
    ]),
  );

const printOutputs = async (args: Arguments): Promise<void> => {
  const { outputs } = await readStack({
    cwd: args.cwd,
    ...(args.stack === undefined ? {} : { stack: args.stack }),
  });
  const shown = hide(outputs, args.showSecrets || args.name !== undefined);
  if (args.name !== undefined) {
    const value = shown[args.name];
    if (value === undefined) {
      throw new RehearsalError(
        "no-output",
        `the stack has no output "${args.name}"; it has: ${Object.keys(shown).join(", ")}.`,
      );
    }
    return print(`${args.json ? JSON.stringify(value, undefined, 2) : textOf(value)}\n`);
  }
  if (args.json) return print(`${JSON.stringify(shown, undefined, 2)}\n`);
  const keys = Object.keys(shown).sort();
  const width = Math.max(6, ...keys.map((key) => key.length));
  print(`Current stack outputs (${keys.length}):\n    ${"OUTPUT".padEnd(width)}  VALUE\n`);
  for (const key of keys) print(`    ${key.padEnd(width)}  ${textOf(shown[key] ?? null)}\n`);
};

const optionsOf = (
  args: Arguments,
  command: RehearseOptions["command"],
  signal: AbortSignal,
): RehearseOptions => ({
  command,
  cwd: args.cwd,
  signal,
  showSecrets: args.showSecrets,
  skipPreview: args.skipPreview,
  policyPacks: args.policyPacks,
  ...(args.stack === undefined ? {} : { stack: args.stack }),
  ...(args.configFile === undefined ? {} : { configFile: args.configFile }),
  ...(args.parallel === undefined ? {} : { parallel: args.parallel }),
  ...(args.runProgram === undefined ? {} : { runProgram: args.runProgram }),
});

/** Ctrl-C once lets what is under way end; twice ends at once. */
const onInterrupt = (): AbortSignal => {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(FAILURE);
      controller.abort();
    });
  }
  return controller.signal;
};

const run = async (args: Arguments, command: RehearseOptions["command"]): Promise<number> => {
  const { name } = await loadProject(args.cwd);
  const colors = process.stdout.isTTY && process.env["NO_COLOR"] === undefined;
  const render = createRenderer({
    write: print,
    colors,
    live: process.stdout.isTTY,
    showSecrets: args.showSecrets,
    project: name,
  });
  const options = optionsOf(args, command, onInterrupt());
  if (!args.json) return (await rehearse({ ...options, onEvent: render })).exitCode;
  const began = Date.now();
  const result = await rehearse(options);
  print(`${JSON.stringify(digest(result, Date.now() - began), undefined, 2)}\n`);
  return result.exitCode;
};

/** Runs a command line. @returns the exit code */
export const main = async (argv: readonly string[]): Promise<number> => {
  try {
    const args = parseArguments(argv);
    switch (args.command) {
      case "help":
        print(`${USAGE}\n`);
        return 0;
      case "stack output":
        await printOutputs(args);
        return 0;
      case "stack export": {
        const stack = await readStack({
          cwd: args.cwd,
          ...(args.stack === undefined ? {} : { stack: args.stack }),
        });
        print(stack.exported(args.showSecrets));
        return 0;
      }
      case "preview":
      case "up":
      case "refresh":
      case "destroy":
        return await run(args, args.command);
    }
  } catch (error) {
    if (!(error instanceof RehearsalError)) throw error;
    process.stderr.write(`error: ${messageOf(error)}\n`);
    return FAILURE;
  }
};
