import type * as pulumi from "@pulumi/pulumi";
import type { Host as HostSpec } from "@rehome/topology";
import { CloudSqlHost } from "./cloudsql-host";
import { DockerHost } from "./docker-host";
import { ExistingHost } from "./existing-host";
import type { Host, HostContext } from "./host";
import { LocalHost } from "./local-host";
import { StackHost } from "./stack-host";

/** Declares a host of the stack file. Throws a `RunError` that names what its platform misses. */
export const declareHost = (
  name: string,
  spec: HostSpec,
  context: HostContext,
  opts: pulumi.ComponentResourceOptions,
): Host => {
  switch (spec.platform) {
    case "local":
      return new LocalHost(name, spec, opts);
    case "existing":
      return new ExistingHost(name, spec, opts);
    case "stack":
      return new StackHost(name, spec, opts);
    case "docker":
      return new DockerHost(name, spec, context, opts);
    case "cloudsql":
      return new CloudSqlHost(name, spec, context, opts);
  }
};
