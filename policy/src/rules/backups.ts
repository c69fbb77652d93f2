import { PROD_ONLY } from "../environment";
import { at, UNKNOWN } from "../known";
import type { Judged, Rule } from "../rule";
import { TYPES } from "../types";

/** Fewer are gone before a weekend's mistake is seen. */
const LEAST_BACKUPS = 7;

const off = (value: unknown): boolean => value !== true && value !== UNKNOWN;

const missing = ({ name, type, props }: Judged): string[] => {
  if (type !== TYPES.cloudSql) return [];
  const backup = at(props, "settings", "backupConfiguration");
  const kept = at(backup, "backupRetentionSettings", "retainedBackups");
  return [
    ...(off(at(backup, "enabled"))
      ? [
          `Instance ${name} has no daily backups: a dropped table is gone. Write on the host: backup: { enabled: true }.`,
        ]
      : []),
    ...(off(at(backup, "pointInTimeRecoveryEnabled"))
      ? [
          `Instance ${name} cannot be brought back to a moment: what was written since the last backup would be lost. ` +
            `Write on the host: backup: { pointInTimeRecovery: true }.`,
        ]
      : []),
    ...(typeof kept === "number" && kept < LEAST_BACKUPS
      ? [
          `Instance ${name} keeps ${kept} backups: a mistake older than that cannot be undone. Write on the host: ` +
            `backup: { retain: ${LEAST_BACKUPS} } or more.`,
        ]
      : []),
  ];
};

/** Production can be brought back. */
export const backups: Rule = {
  name: "backups",
  description: "Production has daily backups and can be brought back to any moment.",
  levels: PROD_ONLY,
  resource: missing,
};
