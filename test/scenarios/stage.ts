import { cp, mkdir, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { loadWorld, passwordVariable, prepareWorld, type World } from "@rehome/example-data";
import { removeCluster } from "@rehome/postgres";
import type { Step } from "@rehome/rehearsal";
import { startServer, type TestServer } from "../support/servers";
import { realCli } from "./real-cli";
import { rehearsalHost } from "./rehearsal-host";
import { throwawayDirectory } from "../support/throwaway";

const repository = resolve(__dirname, "../..");
export const STACK = "test";

export type Command = "preview" | "up" | "destroy" | "refresh";

/** How a service reaches its data, as the stack hands it out. */
export interface Connection {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly schema: string;
  readonly user: string;
  readonly password: string;
  readonly sslmode?: string;
  readonly serverCa?: string;
}

/** What came of a command. */
export interface Outcome {
  readonly exitCode: number;
  /** What changes, by URN; unchanged resources and the stack itself are left out. */
  readonly steps: readonly Step[];
  readonly text: string;
}

/** Whoever runs the program: the rehearsal host or the real CLI. */
export interface Runner {
  /** `previewed`: an `up` previews first, and stops when that fails. */
  readonly run: (command: Command, previewed?: boolean) => Promise<Outcome>;
  readonly connections: () => Promise<Record<string, Connection>>;
  /** The state, secrets open. */
  readonly resources: () => Promise<readonly StateResource[]>;
}
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly outputs?: Record<string, unknown>;
}

/** A copy of an example beside its legacy server. */
export interface Stage {
  readonly legacy: TestServer;
  /** Edits the stack file: to a step of the example (its number), or to a text made from one. */
  readonly edit: (step: number, change?: (text: string) => string) => Promise<void>;
  readonly run: (command: Command, step?: number) => Promise<Outcome>;
  /** An `up` as users run it: it previews first, and stops when that fails. */
  readonly previewedUp: () => Promise<Outcome>;
  readonly connections: Runner["connections"];
  /** How one service reaches its data. @throws where the stack hands out nothing for it */
  readonly service: (name: string) => Promise<Connection>;
  readonly resources: Runner["resources"];
  /** A rehearsed stack beside this one, of the same project, with a stack file of the example. */
  readonly beside: (stack: string, file: string) => Promise<Runner>;
  /** A server that the program runs, as its administrator. */
  readonly administrator: (host: string, database: string) => Promise<Connection>;
  readonly end: () => Promise<void>;
}

/** The stack, and the providers that Pulumi makes by itself and does not show either. */
const ITS_OWN = /pulumi:pulumi:Stack|pulumi:providers:[^:]+::default/;

/** What changes. */
export const changing = (steps: readonly Step[]): Step[] =>
  steps.filter(({ op, urn }) => op !== "same" && op !== "read" && !ITS_OWN.test(urn));

const clustersBelow = async (folder: string): Promise<string[]> => {
  if (!existsSync(folder)) return [];
  if (existsSync(join(folder, "PG_VERSION"))) return [folder];
  const entries = await readdir(folder, { withFileTypes: true });
  const below = entries.filter((entry) => entry.isDirectory() || entry.isSymbolicLink());
  return (await Promise.all(below.map(({ name }) => clustersBelow(join(folder, name))))).flat();
};

/** Copies an example's program to work in, without its stack files. @param files what of it to take */
export const copyExample = async (
  world: World,
  parent: string,
  files: readonly string[] = ["index.ts", "Pulumi.yaml", "placements"],
): Promise<string> => {
  const folder = join(parent, world);
  const original = join(repository, "examples", world);
  await mkdir(folder);
  for (const name of files) {
    await cp(join(original, name), join(folder, name), { recursive: true });
  }
  const tsconfig = await readFile(join(original, "tsconfig.json"), "utf8");
  await writeFile(join(folder, "tsconfig.json"), tsconfig.replace("../..", repository));
  await symlink(join(repository, "node_modules"), join(folder, "node_modules"));
  return folder;
};

/** Starts a legacy server, loads a world into it, prepares it and copies the world's example to work in. */
export const stage = async (
  world: World,
  by: "rehearsal" | "pulumi" = "rehearsal",
  parameters: Readonly<Record<string, string>> = {},
  tenants = 2,
): Promise<Stage> => {
  const legacy = await startServer({ parameters });
  const loaded = await loadWorld({ world, server: legacy.connection, scale: 1, tenants });
  const passwords = { ...loaded.passwords, ...(await prepareWorld(world, legacy.connection)) };
  const parent = await throwawayDirectory("scenario");
  const folder = await copyExample(world, parent);
  const secrets = Object.entries(passwords).map(([role, password]) => [passwordVariable(role), password]);
  const env = {
    LEGACY_PASSWORD: legacy.password,
    ...(Object.fromEntries(secrets) as Record<string, string>),
  };
  const runner = by === "pulumi" ? await realCli(folder, env) : rehearsalHost(folder, env);
  const edit: Stage["edit"] = async (step, change = (text) => text) => {
    const names = await readdir(join(folder, "placements"));
    const name = names.find((one) => one.startsWith(`${step}-`)) ?? "";
    const text = await readFile(join(folder, "placements", name), "utf8");
    const file = join(folder, `Pulumi.${STACK}.yaml`);
    const before = existsSync(file) ? await readFile(file, "utf8") : "";
    const salt = /^encryptionsalt: .*\n/m.exec(before)?.[0] ?? "";
    await writeFile(file, salt + change(text.replaceAll("LEGACY_PORT", String(legacy.port))));
  };
  return {
    legacy,
    edit,
    run: async (command, step) => {
      if (step !== undefined) await edit(step);
      return runner.run(command);
    },
    previewedUp: () => runner.run("up", true),
    connections: runner.connections,
    service: async (name) => {
      const connection = (await runner.connections())[name];
      if (connection === undefined) throw new Error(`no connection of ${name}`);
      return connection;
    },
    resources: runner.resources,
    beside: async (stack, file) => {
      const text = await readFile(join(repository, "examples", world, file), "utf8");
      const here = text.replaceAll(`/${world}/dev`, `/${world}/${STACK}`);
      await writeFile(join(folder, `Pulumi.${stack}.yaml`), here);
      return rehearsalHost(folder, env, stack);
    },
    administrator: async (host, database) => {
      const found = (await runner.resources()).find(
        ({ type, urn }) => type.endsWith(":Cluster") && urn.endsWith(`::${host}`),
      );
      const { port, password } = found?.outputs as { port: number; password: string };
      return { host: "127.0.0.1", port, user: "postgres", password, database, schema: "public" };
    },
    end: async () => {
      for (const directory of await clustersBelow(join(folder, ".rehome"))) await removeCluster(directory);
      await rm(parent, { recursive: true, force: true });
      await legacy.stop();
    },
  };
};
