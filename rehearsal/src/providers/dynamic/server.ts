import { credentials } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { ConfigureRequest } from "@pulumi/pulumi/proto/provider_pb";
import { RehearsalError } from "../../rehearsal-error";
import { startNode, type Child } from "../../program/child";
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

/** The first line of the server's output is its port; the others are what providers print. */
const start = async (
  options: DynamicServerOptions,
): Promise<{ child: Child; client: ResourceProviderClient }> => {
  let tellPort: (port: number) => void = () => undefined;
  const port = new Promise<number>((resolve) => {
    tellPort = resolve;
  });
  let listening = false;
  const child = startNode(options.script, {
    args: [options.engine],
    cwd: options.cwd,
    env: options.env,
    onLine: (line, stream) => {
      if (listening || stream === "stderr" || !/^\d+$/.test(line)) return options.onLine(line);
      listening = true;
      tellPort(Number(line));
    },
  });
  const died = child.exited.then((code): number => {
    throw new RehearsalError("no-dynamic-provider", `the dynamic provider's server ended with code ${code}.`);
  });
  died.catch(() => undefined); // matters only before the port is known
  const address = `127.0.0.1:${await Promise.race([port, died])}`;
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
