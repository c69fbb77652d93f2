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

export type LocalHost = z.output<typeof localHost>;
export type ExistingHost = z.output<typeof existingHost>;
export type DockerHost = z.output<typeof dockerHost>;
export type CloudSqlHost = z.output<typeof cloudSqlHost>;
export type StackHost = z.output<typeof stackHost>;
export type Host = z.output<typeof host>;
