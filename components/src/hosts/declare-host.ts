import * as pulumi from "@pulumi/pulumi";
import type { Host as HostSpec } from "@rehome/topology";
import { ExistingHost } from "./existing-host";
import type { Host } from "./host";
import { LocalHost } from "./local-host";
import { StackHost } from "./stack-host";

/** Declares a host of the stack file. Throws a `RunError` for a platform that has no component. */
export const declareHost = (name: string, spec: HostSpec, opts: pulumi.ComponentResourceOptions): Host => {
  switch (spec.platform) {
    case "local":
      return new LocalHost(name, spec, opts);
    case "existing":
      return new ExistingHost(name, spec, opts);
    case "stack":
      return new StackHost(name, spec, opts);
    case "docker":
    case "cloudsql":
      throw new pulumi.RunError(
        `Host "${name}" is of platform ${spec.platform}, which Rehome cannot create yet: ` +
          "use platform local, or existing with the URL of a server that is there.",
      );
  }
};
