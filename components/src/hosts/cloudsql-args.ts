import type { DatabaseInstanceArgs } from "@pulumi/gcp/sql";
import { cloudSqlEdition, cloudSqlFlags, type CloudSqlHost } from "@rehome/topology";
import { serverParameters } from "./server-parameters";

type Settings = Exclude<DatabaseInstanceArgs["settings"], undefined>;

const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/** Days that Google keeps the last backup of a deleted instance. */
const FINAL_BACKUP_DAYS = 30;

const ipConfiguration = ({ privateIp, network, requireTls }: CloudSqlHost, project: string) => ({
  ipv4Enabled: !privateIp,
  ...(privateIp ? { privateNetwork: network ?? `projects/${project}/global/networks/default` } : {}),
  sslMode: requireTls ? "ENCRYPTED_ONLY" : "ALLOW_UNENCRYPTED_AND_ENCRYPTED",
});

const backupConfiguration = ({ backup }: CloudSqlHost) => ({
  enabled: backup.enabled,
  pointInTimeRecoveryEnabled: backup.pointInTimeRecovery,
  backupRetentionSettings: { retainedBackups: backup.retain, retentionUnit: "COUNT" },
  transactionLogRetentionDays: backup.logDays,
  ...(backup.startTime === undefined ? {} : { startTime: backup.startTime }),
  ...(backup.location === undefined ? {} : { location: backup.location }),
});

/** The flags of an instance, in the order of their names: Google gives them back in it. */
const databaseFlags = (parameters: CloudSqlHost["parameters"]): { name: string; value: string }[] =>
  Object.entries(cloudSqlFlags(serverParameters(parameters)).parameters)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ({ name, value }));

/** A label's value: what Google does not take in one is a `-`. */
const labelValue = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, "-")
    .slice(0, 63);

const settings = (spec: CloudSqlHost, { host, project, stack, protect }: InstanceContext): object => ({
  tier: spec.tier,
  edition: cloudSqlEdition(spec.tier),
  availabilityType: spec.highAvailability ? "REGIONAL" : "ZONAL",
  diskSize: spec.disk.size,
  diskType: spec.disk.type === "ssd" ? "PD_SSD" : "PD_HDD",
  diskAutoresize: true,
  ...(spec.disk.limit === undefined ? {} : { diskAutoresizeLimit: spec.disk.limit }),
  ipConfiguration: ipConfiguration(spec, project),
  backupConfiguration: backupConfiguration(spec),
  ...(spec.backup.enabled
    ? { retainBackupsOnDelete: true, finalBackupConfig: { enabled: true, retentionDays: FINAL_BACKUP_DAYS } }
    : {}),
  insightsConfig: {
    queryInsightsEnabled: spec.insights,
    ...(spec.insights ? { recordApplicationTags: true, recordClientAddress: true } : {}),
  },
  ...(spec.maintenanceWindow === undefined
    ? {}
    : {
        maintenanceWindow: {
          day: DAYS.indexOf(spec.maintenanceWindow.day) + 1,
          hour: spec.maintenanceWindow.hour,
          updateTrack: "stable",
        },
      }),
  databaseFlags: databaseFlags(spec.parameters),
  deletionProtectionEnabled: protect,
  userLabels: { ...spec.labels, rehome_host: labelValue(host), rehome_stack: labelValue(stack) },
});

/** What an instance is declared with beside its lines in the stack file. */
export interface InstanceContext {
  /** The host's name in the stack file. */
  readonly host: string;
  /** Google's project. */
  readonly project: string;
  readonly stack: string;
  readonly protect: boolean;
}

/** What an instance is made from, its name apart. */
export const instanceArgs = (
  spec: CloudSqlHost,
  context: InstanceContext,
): Omit<DatabaseInstanceArgs, "name"> => ({
  databaseVersion: `POSTGRES_${spec.version}`,
  ...(spec.project === undefined ? {} : { project: spec.project }),
  ...(spec.region === undefined ? {} : { region: spec.region }),
  settings: settings(spec, context) as Settings,
  deletionProtection: context.protect,
});

/** An instance's name as Google takes it: small letters, digits and hyphens, a letter first. */
export const instanceName = (host: string): string =>
  host
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .replace(/^[^a-z]+/, "")
    .replace(/-+$/, "")
    .slice(0, 80) || "db";
