import { z } from "zod";
import { fields, whole } from "../fields";
import { parameters } from "../parameters";

const backup = fields({
  enabled: z.boolean().default(true).describe("Daily backups. Default: true."),
  pointInTimeRecovery: z
    .boolean()
    .default(true)
    .describe("Write-ahead log kept for recovery to any moment. Default: true."),
  startTime: z
    .string()
    .regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/, { error: 'is not a time of day; for example "03:30" (UTC)' })
    .exactOptional()
    .describe("When the daily backup begins, HH:MM in UTC. Default: Google's choice."),
  retain: whole(1, 365).default(7).describe("Backups kept. Default: 7."),
  logDays: whole(1, 35).default(7).describe("Days that the write-ahead log is kept. Default: 7."),
  location: z
    .string()
    .min(1)
    .exactOptional()
    .describe("Region of the backups. Default: the nearest multi-region."),
});

const maintenanceWindow = fields({
  day: z
    .enum(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])
    .describe("Day of the week, in UTC."),
  hour: whole(0, 23).describe("Hour of the day, in UTC."),
});

const disk = fields({
  size: whole(10, 65_536).default(10).describe("GB at first; it grows by itself. Default: 10."),
  limit: whole(10, 65_536).exactOptional().describe("GB that it grows to at most. Default: no limit."),
  type: z.enum(["ssd", "hdd"]).default("ssd").describe("Kind of disk. Default: ssd."),
});

/** An instance of Google Cloud SQL. Secure unless told otherwise. */
export const cloudSqlHost = fields({
  platform: z.literal("cloudsql").describe("An instance of Google Cloud SQL."),
  tier: z.string().min(1).describe("Machine type: db-custom-2-7680 has 2 cores and 7,680 MB."),
  version: whole(12, 99).default(17).describe("PostgreSQL's major version. Default: 17."),
  name: z
    .string()
    .min(1)
    .exactOptional()
    .describe("Instance's name. Default: the host's, with a random suffix."),
  project: z
    .string()
    .min(1)
    .exactOptional()
    .describe("Google Cloud project. Default: the provider's (gcp:project)."),
  region: z
    .string()
    .min(1)
    .exactOptional()
    .describe("Region: europe-west1. Default: the provider's (gcp:region)."),
  parameters: parameters()
    .exactOptional()
    .describe("Server parameters, as everywhere; Rehome writes them as database flags. Default: Google's."),
  labels: z
    .record(
      z.string().regex(/^[a-z][a-z0-9_-]{0,62}$/, {
        error: "is no label: small letters, digits, _ and -, at most 63",
      }),
      z.string().regex(/^[a-z0-9_-]{0,63}$/, {
        error: "is no label's value: small letters, digits, _ and -, at most 63",
      }),
    )
    .exactOptional()
    .describe("Labels of the instance, beside Rehome's own. Default: none."),
  connector: z
    .boolean()
    .default(true)
    .describe(
      "Rehome itself reaches the instance through Google's connector (IAM, mutual TLS). false: by its address. Default: true.",
    ),
  privateIp: z
    .boolean()
    .default(true)
    .describe("Reached by a private address only, none in public. Default: true."),
  network: z
    .string()
    .min(1)
    .exactOptional()
    .describe("VPC network of the private address, by self link. Default: default."),
  requireTls: z.boolean().default(true).describe("Connections without TLS are refused. Default: true."),
  disk: disk.prefault({}).describe("Disk. Default: 10 GB SSD that grows."),
  backup: backup.prefault({}).describe("Backups. Default: daily, seven kept, recovery to any moment."),
  insights: z.boolean().default(true).describe("Query Insights. Default: true."),
  maintenanceWindow: maintenanceWindow
    .exactOptional()
    .describe("When Google may restart the instance. Default: at any time."),
  deletionProtection: z
    .boolean()
    .default(true)
    .describe("The instance cannot be deleted while true. Default: true."),
  highAvailability: z.boolean().default(false).describe("A standby in a second zone. Default: false."),
}).meta({ id: "CloudSqlHost", description: "A Google Cloud SQL instance for PostgreSQL." });
