import { createRequire } from "node:module";
import { join } from "node:path";

/** Where the connector's stand-in finds the instances. */
export const INSTANCES = "REHOME_REHEARSAL_CLOUDSQL";

/** What has a program go through the connector's stand-in, in processes of its own, in place of Google's. */
export const connectorEnvironment = (directory: string): Readonly<Record<string, string>> => ({
  REHOME_CLOUDSQL_CONNECTOR: createRequire(join(__dirname, "variables.js")).resolve(
    "@rehome/rehearsal/dist/providers/gcp/connector.js",
  ),
  [INSTANCES]: directory,
});
