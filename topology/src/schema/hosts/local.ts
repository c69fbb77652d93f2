import { z } from "zod";
import { fields, port, whole } from "../fields";
import { parameters } from "../parameters";

/** A server that Rehome runs itself on this machine. */
export const localHost = fields({
  platform: z.literal("local").describe("A server of this machine."),
  port: port().exactOptional().describe("TCP port on 127.0.0.1. Default: a free one, kept from then on."),
  version: whole(12, 99)
    .exactOptional()
    .describe("PostgreSQL's major version. Default: the newest installed."),
  parameters: parameters().exactOptional().describe("Server parameters. Default: PostgreSQL's own."),
  directory: z
    .string()
    .min(1)
    .refine((path) => !path.includes("\0"), { error: "holds a NUL character, which no path can" })
    .exactOptional()
    .describe("Data directory. Default: one for each stack and host, under .rehome."),
}).meta({
  id: "LocalHost",
  description: "A PostgreSQL server that Rehome runs on this machine (initdb, pg_ctl).",
});
