import { readStack, rehearse } from "@rehome/rehearsal";
import { changing, STACK, type Connection, type Runner, type StateResource } from "./stage";

/** The rehearsal host. Passwords go to it by the environment of this process, which is a test file's own. */
export const rehearsalHost = (cwd: string, env: Readonly<Record<string, string>>, name = STACK): Runner => {
  Object.assign(process.env, env);
  const resources = async (): Promise<StateResource[]> => {
    const state = JSON.parse((await readStack({ cwd, stack: name })).exported(true)) as {
      deployment: { resources: StateResource[] };
    };
    return state.deployment.resources.map(opened);
  };
  return {
    run: async (command, previewed = false) => {
      const skipPreview = !previewed;
      const { exitCode, steps, text } = await rehearse({ cwd, stack: name, command, skipPreview });
      return { exitCode, steps: changing(steps), text };
    },
    connections: async () => {
      const stack = (await resources()).find(({ type }) => type === "pulumi:pulumi:Stack");
      return stack?.outputs?.["connections"] as Record<string, Connection>;
    },
    resources,
  };
};

/** Opens the secrets of an exported state: `{ plaintext: "<JSON>" }`. */
export const opened = (resource: StateResource): StateResource => ({
  ...resource,
  outputs: Object.fromEntries(
    Object.entries(resource.outputs ?? {}).map(([key, value]) => {
      const text = (value as { plaintext?: string } | null)?.plaintext;
      return [key, text === undefined ? value : JSON.parse(text)];
    }),
  ),
});
