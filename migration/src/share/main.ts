import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { parseArgs } from "node:util";
import { RehomeError, messageOf } from "../errors";
import { formatBytes } from "../plan/units";
import { work, type WorkRequest } from "./work";

const USAGE = `rehome-worker <file> [--patience seconds] [--name name]
Shares in the copy of a move that \`pulumi up\` leads. <file> has the move as JSON: { dataset, from, to }, both ends with
their connections. Waits --patience seconds (default 900) for the move, copies until nothing is left, and ends with
0; with 1 after what may pass, so that it is worth starting again; with 2 where it is not.`;

/** What a process of the operating system ends with. */
export const EXIT = { done: 0, again: 1, never: 2 } as const;

/** Reads the move from its file. @throws RehomeError `move-unreadable` */
function readMove(file: string): WorkRequest {
  try {
    const given = JSON.parse(readFileSync(file, "utf8")) as Partial<WorkRequest>;
    if (given.dataset !== undefined && given.from?.server !== undefined && given.to?.server !== undefined)
      return given as WorkRequest;
  } catch (error) {
    throw unreadable(file, error instanceof SyntaxError ? "it is not JSON" : messageOf(error));
  }
  throw unreadable(file, "it lacks dataset, from or to");
}

const unreadable = (file: string, why: string): RehomeError =>
  new RehomeError(
    "move-unreadable",
    `the move cannot be read from ${file}: ${why}. Give the file that names it.`,
  );

/** The program. Answers its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      patience: { type: "string", default: "900" },
      name: { type: "string", default: `${hostname()}:${process.pid}` },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const [file] = positionals;
  const patience = Number(values.patience);
  if (values.help || file === undefined || !Number.isFinite(patience)) {
    console.log(USAGE);
    return values.help ? EXIT.done : EXIT.never;
  }
  // As the first process of a container it would not be ended otherwise. What it is at is undone by the server.
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => process.exit(EXIT.again));
  try {
    const say = (line: string): void => console.log(line);
    const { shares, bytes } = await work(readMove(file), { name: values.name, patience, say });
    say(`copied ${shares} shares, ${formatBytes(bytes)}`);
    return EXIT.done;
  } catch (error) {
    console.error(messageOf(error));
    return error instanceof RehomeError && !error.retryable ? EXIT.never : EXIT.again;
  }
}
