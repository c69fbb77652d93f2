import { RehearsalError } from "../rehearsal-error";
import { startNode, type Child } from "./child";

/** How a server is started whose first line says its port. */
export interface ServedBy {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** What it prints besides. */
  readonly onLine: (line: string) => void;
  /** What it is, for the message when it ends at once. */
  readonly what: string;
}

/**
 * Starts one of the SDK's servers. The first line of its output is its port; the others are what runs in it prints.
 * @throws RehearsalError when it ends before it listens
 */
export const startServer = async (
  script: string,
  { args, cwd, env, onLine, what }: ServedBy,
): Promise<{ port: number; child: Child }> => {
  let tellPort: (port: number) => void = () => undefined;
  const port = new Promise<number>((resolve) => {
    tellPort = resolve;
  });
  let listening = false;
  const child = startNode(script, {
    ...{ args, cwd, env },
    onLine: (line, stream) => {
      if (listening || stream === "stderr" || !/^\d+$/.test(line)) return onLine(line);
      listening = true;
      tellPort(Number(line));
    },
  });
  const died = child.exited.then((code): number => {
    throw new RehearsalError("no-server", `${what} ended with code ${code}.`);
  });
  died.catch(() => undefined); // matters only before the port is known
  return { port: await Promise.race([port, died]), child };
};
