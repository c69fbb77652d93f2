import { credentials } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { ConfigureRequest } from "@pulumi/pulumi/proto/provider_pb";
import type { Child } from "../../program/child";
import { startServer } from "../../program/child-server";
import { call, CHANNEL_OPTIONS } from "../../wire/call";
import { toStruct } from "../../wire/struct";
import type { Values } from "../../wire/values";

/** How to start Pulumi's own server of dynamic providers. */
export interface DynamicServerOptions {
  /** The SDK's `cmd/dynamic-provider`, as the program's folder sees it. */
  readonly script: string;
  readonly cwd: string;
  /** The address of the engine, for logging. */
  readonly engine: string;
  readonly env: Readonly<Record<string, string>>;
  /** The stack's configuration, which a provider's `configure` is given. */
  readonly config: Values;
  readonly onLine: (line: string) => void;
}

export interface DynamicServer {
  /** Starts the server at the first call. */
  readonly client: () => Promise<ResourceProviderClient>;
  readonly close: () => Promise<void>;
}

const start = async (
  options: DynamicServerOptions,
): Promise<{ child: Child; client: ResourceProviderClient }> => {
  const { script, cwd, env, onLine, engine } = options;
  const what = "the dynamic provider's server";
  const { port, child } = await startServer(script, { args: [engine], cwd, env, onLine, what });
  const address = `127.0.0.1:${port}`;
  const client = new ResourceProviderClient(address, credentials.createInsecure(), CHANNEL_OPTIONS);
  const request = new ConfigureRequest();
  request.setArgs(toStruct(options.config));
  await call((done) => client.configure(request, done));
  return { child, client };
};

export const dynamicServer = (options: DynamicServerOptions): DynamicServer => {
  let running: ReturnType<typeof start> | undefined;
  return {
    client: async () => (await (running ??= start(options))).client,
    close: async () => {
      const server = await running?.catch(() => undefined); // its failure was reported to the caller
      server?.client.close();
      await server?.child.stop();
    },
  };
};
