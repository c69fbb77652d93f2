import { z } from "zod";
import { cloudSqlHost } from "./cloudsql";
import { dockerHost } from "./docker";
import { existingHost } from "./existing";
import { localHost } from "./local";
import { stackHost } from "./stack";

/** A PostgreSQL server; `platform` says whose. */
export const host = z
  .discriminatedUnion("platform", [localHost, existingHost, stackHost, dockerHost, cloudSqlHost])
  .meta({
    id: "Host",
    description: "A PostgreSQL server; platform: local, existing, stack, docker or cloudsql.",
  });

/** `platform: local`, parsed: what the stack file leaves out is absent, but for constant defaults. */
export type LocalHost = z.output<typeof localHost>;
/** `platform: existing`, parsed; `serverAddress` takes its `url` apart. */
export type ExistingHost = z.output<typeof existingHost>;
/** `platform: docker`, parsed. */
export type DockerHost = z.output<typeof dockerHost>;
/** `platform: cloudsql`, parsed. */
export type CloudSqlHost = z.output<typeof cloudSqlHost>;
/** `platform: stack`, parsed: another stack's host. */
export type StackHost = z.output<typeof stackHost>;
/** Any of the five; `platform` tells which. */
export type Host = z.output<typeof host>;
