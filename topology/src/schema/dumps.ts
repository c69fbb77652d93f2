import { z } from "zod";
import { fields, whole } from "./fields";
import { image, kubernetesName } from "./kubernetes-names";

/** What every CronJob of logical backups has. */
export const dumpFields = {
  schedule: z
    .string()
    .regex(/^(@(hourly|daily|weekly|monthly|yearly)|\S+( +\S+){4})$/, {
      error: 'is not a schedule; minute, hour, day, month, weekday, for example "30 2 * * *"',
    })
    .describe('When, as cron writes it: "30 2 * * *" is 02:30 each day.'),
  timeZone: z.string().min(1).default("Etc/UTC").describe("Time zone of the schedule. Default: Etc/UTC."),
  claim: kubernetesName().describe(
    "PersistentVolumeClaim that keeps the dumps; it exists already, in the same namespace.",
  ),
  keep: whole(1, 10_000).default(14).describe("Dumps kept of each; older ones are deleted. Default: 14."),
  image: image("postgres:18, the default; its pg_dump is not older than the server").default("postgres:18"),
  user: whole(1, 2_147_483_647)
    .default(999)
    .describe("User id that pg_dump runs as, never root, and group of the claim's files. Default: 999."),
};

/** The logical backups of one service. */
export const dumps = fields(dumpFields).meta({
  id: "Dumps",
  description: "Logical backups of a service's schemas, by a CronJob.",
});

/** A service's logical backups, every default filled in. */
export type Dumps = z.output<typeof dumps>;
