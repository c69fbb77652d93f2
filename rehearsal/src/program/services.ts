import { Server, ServerCredentials, type UntypedServiceImplementation } from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { ResourceMonitorService } from "@pulumi/pulumi/proto/resource_grpc_pb";
import type { Deployment } from "../deployment/deployment";
import { CHANNEL_OPTIONS } from "../wire/call";
import { engineService } from "./engine-service";
import { monitorService } from "./monitor";

/** The gRPC server that programs and providers speak to. */
export interface Services {
  readonly address: string;
  readonly serve: (deployment: Deployment, shutdown: () => Promise<void>) => void;
  readonly close: () => void;
}

/** Opens the server; what it serves is given when the deployment is known, as that needs the address. */
export const openServices = async (): Promise<Services> => {
  const server = new Server(CHANNEL_OPTIONS);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return {
    address: `127.0.0.1:${port}`,
    serve: (deployment, shutdown) => {
      const monitor: UntypedServiceImplementation = monitorService(deployment, shutdown);
      const engine: UntypedServiceImplementation = engineService(deployment);
      server.addService(ResourceMonitorService, monitor);
      server.addService(EngineService, engine);
    },
    close: () => server.forceShutdown(),
  };
};
