import { z } from "zod";
import { cloudSqlHost } from "./cloudsql";
import { dockerHost } from "./docker";
import { existingHost } from "./existing";
import { localHost } from "./local";

/** A PostgreSQL server; `platform` says whose. */
export const host = z
  .discriminatedUnion("platform", [localHost, existingHost, dockerHost, cloudSqlHost])
  .meta({ id: "Host", description: "A PostgreSQL server; platform: local, existing, docker or cloudsql." });

export type LocalHost = z.output<typeof localHost>;
export type ExistingHost = z.output<typeof existingHost>;
export type DockerHost = z.output<typeof dockerHost>;
export type CloudSqlHost = z.output<typeof cloudSqlHost>;
export type Host = z.output<typeof host>;
