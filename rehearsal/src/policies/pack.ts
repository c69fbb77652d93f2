import { createRequire } from "node:module";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { credentials } from "@grpc/grpc-js";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/analyzer_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { startServer, type ServedBy } from "../program/child-server";
import { RehearsalError } from "../rehearsal-error";
import { call, CHANNEL_OPTIONS } from "../wire/call";
import { toStruct } from "../wire/struct";
import { readPolicyConfig, settingsOf } from "./configuration";

/** A policy pack to judge a stack by. */
export interface PolicyPackOptions {
  /** Its folder, with PulumiPolicy.yaml. */
  readonly path: string;
  /** A file of `--policy-pack-config`. Default: the pack's own levels. */
  readonly config?: string;
}

/** A policy pack that runs. */
export interface PolicyPack {
  readonly name: string;
  readonly version: string;
  readonly path: string;
  readonly analyze: (request: messages.AnalyzeRequest) => Promise<readonly messages.AnalyzeDiagnostic[]>;
  readonly analyzeStack: (
    resources: readonly messages.AnalyzerResource[],
  ) => Promise<readonly messages.AnalyzeDiagnostic[]>;
  readonly close: () => Promise<void>;
}

/** Where a pack is, and the SDK's program that runs it. */
const runner = (path: string): string => {
  if (!existsSync(join(path, "PulumiPolicy.yaml")))
    throw new RehearsalError(
      "policy-pack",
      `there is no policy pack in ${path}: it has no PulumiPolicy.yaml.`,
    );
  try {
    return createRequire(join(path, "index.js")).resolve("@pulumi/pulumi/cmd/run-policy-pack/index.js");
  } catch (error) {
    throw new RehearsalError(
      "policy-pack",
      `@pulumi/pulumi is not installed for the policy pack in ${path}; run \`npm install\` there.`,
      { cause: error },
    );
  }
};

const configure = async (
  client: AnalyzerClient,
  info: messages.AnalyzerInfo,
  file: string | undefined,
): Promise<void> => {
  const config = file === undefined ? {} : await readPolicyConfig(file);
  const request = new messages.ConfigureAnalyzerRequest();
  for (const [name, { level, properties }] of settingsOf(info, config, file ?? "")) {
    if (level === messages.EnforcementLevel.REMEDIATE) {
      const what = `the policy ${name} of ${info.getName()} remediates, which cannot be rehearsed`;
      throw new RehearsalError("policy-pack", `${what}; give it another level with --policy-pack-config.`);
    }
    const setting = new messages.PolicyConfig();
    setting.setEnforcementlevel(level);
    setting.setProperties(toStruct(properties));
    request.getPolicyconfigMap().set(name, setting);
  }
  await call((done) => client.configure(request, done));
};

/**
 * Starts a policy pack in Pulumi's own runner, as the CLI does.
 * @throws RehearsalError when it does not start, or its configuration names no policy of it
 */
export const openPack = async (
  { path: given, config }: PolicyPackOptions,
  around: Pick<ServedBy, "env" | "onLine"> & { readonly engine: string },
): Promise<PolicyPack> => {
  const path = resolve(given);
  const { port, child } = await startServer(runner(path), {
    args: [around.engine, "."],
    cwd: path,
    env: around.env,
    onLine: around.onLine,
    what: `the policy pack in ${path}`,
  });
  const client = new AnalyzerClient(`127.0.0.1:${port}`, credentials.createInsecure(), CHANNEL_OPTIONS);
  const close = async (): Promise<void> => {
    client.close();
    await child.stop();
  };
  try {
    const info = await call<messages.AnalyzerInfo>((done) => client.getAnalyzerInfo(new Empty(), done));
    await configure(client, info, config);
    return {
      name: info.getName(),
      version: info.getVersion(),
      path,
      close,
      analyze: async (request) => {
        const response = await call<messages.AnalyzeResponse>((done) => client.analyze(request, done));
        return response.getDiagnosticsList();
      },
      analyzeStack: async (resources) => {
        const request = new messages.AnalyzeStackRequest();
        request.setResourcesList([...resources]);
        const response = await call<messages.AnalyzeResponse>((done) => client.analyzeStack(request, done));
        return response.getDiagnosticsList();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
};
