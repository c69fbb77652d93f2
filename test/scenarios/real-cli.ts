import { spawn, spawnSync } from "node:child_process";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Op, Step } from "@rehome/rehearsal";
import { opened } from "./rehearsal-host";
import { changing, STACK, type Connection, type Runner, type StateResource } from "./stage";

/** Whether `pulumi` is on the PATH. */
export const installed = spawnSync("pulumi", ["version"], { encoding: "utf8" }).status === 0;

/** Whether a provider's plugin is installed: the CLI would fetch it otherwise. */
export const plugged = (provider: string): boolean => {
  const { status, stdout } = spawnSync("pulumi", ["plugin", "ls", "--json"], { encoding: "utf8" });
  if (status !== 0) return false;
  return (JSON.parse(stdout) as { readonly name: string }[]).some(({ name }) => name === provider);
};

interface EngineEvent {
  readonly resOutputsEvent?: { readonly metadata: { readonly op: Op; readonly urn: string } };
  readonly resourcePreEvent?: { readonly metadata: { readonly op: Op; readonly urn: string } };
}

/** The steps of an event log, in the order in which they ended. */
const stepsOf = (log: string): Step[] =>
  log
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => (JSON.parse(line) as EngineEvent).resOutputsEvent?.metadata)
    .flatMap((step) => (step === undefined ? [] : [{ op: step.op, urn: step.urn }]));

/** The real Pulumi CLI with a state of its own in the example's folder. */
export const realCli = async (cwd: string, env: Readonly<Record<string, string>>): Promise<Runner> => {
  const backend = join(cwd, "state");
  await mkdir(backend);
  const pulumi = (...args: string[]): Promise<{ status: number; text: string }> =>
    new Promise((resolve, reject) => {
      const child = spawn("pulumi", [...args, "--non-interactive", "--stack", STACK], {
        cwd,
        env: {
          ...process.env,
          ...env,
          PULUMI_BACKEND_URL: `file://${backend}`,
          PULUMI_CONFIG_PASSPHRASE: "for tests alone",
          PULUMI_SKIP_UPDATE_CHECK: "true",
          PULUMI_DEBUG_COMMANDS: "true", // for --event-log
          NO_COLOR: "1",
        },
      });
      let text = "";
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      }
      child.on("error", reject);
      child.on("close", (status) => resolve({ status: status ?? 1, text }));
    });
  const json = async (...args: string[]): Promise<unknown> => {
    const { text } = await pulumi(...args);
    return JSON.parse(text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1));
  };
  await pulumi("stack", "init");
  return {
    run: async (command, previewed = false) => {
      const log = join(cwd, "events.json");
      const yes = command === "preview" ? [] : ["--yes", ...(previewed ? [] : ["--skip-preview"])];
      const hooks = command === "destroy" ? ["--run-program"] : [];
      const { status, text } = await pulumi(command, ...yes, ...hooks, "--event-log", log);
      const steps = changing(stepsOf(await readFile(log, "utf8").catch(() => "")));
      await rm(log, { force: true });
      return { exitCode: status, steps, text };
    },
    connections: async () =>
      (await json("stack", "output", "connections", "--json", "--show-secrets")) as Record<
        string,
        Connection
      >,
    resources: async () => {
      const state = (await json("stack", "export", "--show-secrets")) as {
        deployment: { resources?: StateResource[] }; // none once it is destroyed
      };
      return (state.deployment.resources ?? []).map(opened);
    },
  };
};
