import { z } from "zod";
import { fields, port } from "../fields";
import { parameters } from "../parameters";

const limits = fields({
  memory: z
    .string()
    .regex(/^[0-9]+[bkmg]$/i, { error: 'is not a size; for example "512m" or "2g"' })
    .exactOptional()
    .describe("Memory at most, as Docker writes it: 512m, 2g. Default: no limit."),
  cpus: z.number().positive().exactOptional().describe("Cores at most: 1.5. Default: no limit."),
});

/** A server in a container. */
export const dockerHost = fields({
  platform: z.literal("docker").describe("A container of this machine's Docker engine."),
  image: z.string().min(1).default("postgres:17").describe("Image of PostgreSQL. Default: postgres:17."),
  port: port().exactOptional().describe("Port published on 127.0.0.1. Default: a free one."),
  volume: z
    .string()
    .min(1)
    .exactOptional()
    .describe("Volume that holds the data. Default: <project>-<stack>-<host>-data."),
  network: z
    .string()
    .min(1)
    .exactOptional()
    .describe("Docker network to join. Default: one of the host's own."),
  parameters: parameters().exactOptional().describe("Server parameters. Default: PostgreSQL's own."),
  resources: limits.exactOptional().describe("What the container may use at most. Default: no limits."),
}).meta({ id: "DockerHost", description: "A PostgreSQL server in a Docker container." });
