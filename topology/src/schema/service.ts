import { z } from "zod";
import { dataset, whereabouts } from "./dataset";
import { dumps } from "./dumps";
import { fields, whole } from "./fields";
import { gate } from "./gate";
import { migration } from "./migration";
import { label, roleName } from "./names";
import { settings } from "./parameters";
import { pool } from "./pool";
import { secretReference } from "./secret-reference";
import { workload } from "./workload";

const serviceFields = fields({
  role: roleName()
    .exactOptional()
    .describe("Role that owns this service's schemas. Default: <service>_user."),
  adoptRole: z
    .boolean()
    .default(false)
    .describe(
      "true: the role exists already, or is another service's too, which creates it; it is used as found. Default: false, created.",
    ),
  password: secretReference
    .exactOptional()
    .describe("The role's password where Rehome does not manage it. Default: generated, where Rehome does."),
  connectionLimit: whole(1, 262_143)
    .exactOptional()
    .describe("Connections the role may have at once. Default: no limit."),
  settings: settings()
    .prefault({})
    .describe(
      "Parameters set for the role: statement_timeout: 30s. search_path follows the home by itself. Default: none.",
    ),
  readers: z
    .array(roleName())
    .default([])
    .describe(
      "Roles that may read this service's tables; those that are no service's must exist. Default: none.",
    ),
  ...whereabouts,
  home: whereabouts.home
    .exactOptional()
    .describe(
      "Where all of the service's data lives. Else name `datasets`. Default: none, the datasets have homes.",
    ),
  datasets: z
    .record(label(), dataset)
    .exactOptional()
    .describe(
      "Parts of the service's data that have homes of their own. Instead of `home`. Default: none, all of it is at `home`.",
    ),
  migration: migration.prefault({}).describe("How its data moves. Default: offline, verified by checksum."),
  after: z
    .array(z.string())
    .default([])
    .describe("Services whose moves must have succeeded before this one's begins. Default: none."),
  gate: gate.exactOptional().describe("What else its moves wait for. Default: nothing."),
  pool: pool
    .exactOptional()
    .describe("Connection pool handed to the service with its connection. Default: none."),
  workload: workload
    .exactOptional()
    .describe("Deployment that runs the service. Default: none; run elsewhere."),
  dumps: dumps
    .exactOptional()
    .describe("Logical backups of the service's schemas (`pg_dump -n`), by a CronJob. Default: none."),
});

/** One service: who it is, where its data lives, how it runs. */
export const service = serviceFields
  .check((context) => {
    const { home, datasets, next, formerly, tables, startEmpty } = context.value;
    const say = (message: string) => context.issues.push({ code: "custom", message, input: undefined });
    if (home === undefined && (datasets === undefined || Object.keys(datasets).length === 0))
      say("has neither home nor datasets; write home: { host: …, database: …, schema: … }");
    else if (home !== undefined && datasets !== undefined)
      say("has both home and datasets; make the home one of the datasets");
    if (home === undefined && (next ?? formerly ?? tables ?? (startEmpty || undefined)) !== undefined)
      say("has next, formerly, startEmpty or tables but no home; write them beside the home they belong to");
  })
  .meta({
    id: "Service",
    description: "A service: its role, where its data lives, how it moves and how it runs.",
  });

export type ServiceSpec = z.output<typeof service>;
