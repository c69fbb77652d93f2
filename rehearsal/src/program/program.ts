import { createRequire } from "node:module";
import { join } from "node:path";
import { RehearsalError } from "../rehearsal-error";
import type { Project } from "../project/project";
import type { StackConfig } from "../project/stack-config";
import { connectorEnvironment } from "../providers/gcp";
import { standInDirectories } from "../providers/stand-in-directories";
import { startNode, type Child } from "./child";

/** Where a run's services are, and what the program is to be told of it. */
export interface Surroundings {
  readonly project: Project;
  readonly stack: string;
  readonly config: StackConfig;
  readonly dryRun: boolean;
  readonly parallel: number;
  /** The address of monitor and engine. */
  readonly address: string;
}

/** Local stacks belong to this organization, as with Pulumi's own local backends. */
const ORGANIZATION = "organization";
/** What `cmd/run` exits with when it has explained the failure itself. */
export const EXPLAINED = 32;

/** A file of the program's own SDK. @throws RehearsalError when the program has none */
export const sdkFile = (project: Project, name: string): string => {
  try {
    return createRequire(join(project.directory, "index.js")).resolve(`@pulumi/pulumi/${name}`);
  } catch (error) {
    throw new RehearsalError(
      "no-sdk",
      `@pulumi/pulumi is not installed in ${project.directory}; run \`npm install\` there.`,
      {
        cause: error,
      },
    );
  }
};

/** The environment in which the SDK finds its settings, in a program and in a dynamic provider alike. */
export const environmentOf = (around: Surroundings): Record<string, string> => ({
  PULUMI_CONFIG: JSON.stringify(around.config.values),
  PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(around.config.secretKeys),
  PULUMI_NODEJS_TYPESCRIPT: String(around.project.typescript),
  PULUMI_NODEJS_PROJECT: around.project.name,
  PULUMI_NODEJS_STACK: around.stack,
  PULUMI_NODEJS_ORGANIZATION: ORGANIZATION,
  PULUMI_NODEJS_ROOT_DIRECTORY: around.project.root,
  PULUMI_NODEJS_DRY_RUN: String(around.dryRun),
  PULUMI_NODEJS_PARALLEL: String(around.parallel),
  PULUMI_NODEJS_MONITOR: around.address,
  PULUMI_NODEJS_ENGINE: around.address,
  ...connectorEnvironment(standInDirectories(around.project.root).instances),
});

/** Starts the unmodified program in Pulumi's own runner. */
export const startProgram = (around: Surroundings, onLine: (line: string) => void): Child => {
  const { project, address } = around;
  const flags = {
    monitor: address,
    engine: address,
    sync: "",
    organization: ORGANIZATION,
    project: project.name,
    stack: around.stack,
    "root-directory": project.root,
    pwd: project.directory,
    parallel: String(around.parallel),
  };
  const args = Object.entries(flags).flatMap(([name, value]) => (value === "" ? [] : [`--${name}`, value]));
  return startNode(sdkFile(project, "cmd/run/index.js"), {
    args: [...args, ...(around.dryRun ? ["--dry-run"] : []), project.entry],
    cwd: project.directory,
    env: environmentOf(around),
    onLine,
  });
};
