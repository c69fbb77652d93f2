import type { Dumps } from "@rehome/topology";
import { CONNECTION, labels } from "./labels";
import { containerSecurity, podSecurity } from "./security";
import { trustMount, trustVolume } from "./trust";
import { connectionVariables, LIBPQ } from "./variables";

const FOLDER = "/dumps";

/**
 * What the container runs, with a folder's name, a number of dumps to keep, and pg_dump's own arguments. A dump has its
 * name only once it is whole; what an earlier run left half-done goes first.
 */
export const SCRIPT = `
set -eu
umask 077
folder="$1/$2" keep="$3"
shift 3
mkdir -p "$folder"
rm -f "$folder"/*.part
file="$folder/$(date -u +%Y%m%dT%H%M%SZ).dump"
pg_dump --no-password --format=custom --file="$file.part" "$@"
mv "$file.part" "$file"
ls -1 "$folder" | grep '\\.dump$' | sort -r | tail -n "+$((keep + 1))" | while read -r old; do rm -f "$folder/$old"; done
`.trim();

/** pg_dump's pattern that matches this schema alone, whatever is in its name. */
export const exactly = (schema: string): string => `"${schema.replaceAll('"', '""')}"`;

/** What a CronJob of dumps is made from. */
export interface DumpJobArgs<Name> {
  readonly name: string;
  readonly namespace: string;
  /** The folder in the claim. */
  readonly folder: string;
  readonly connection: Name;
  /** The Secret with the connection. */
  readonly secret: Name;
  readonly dumps: Dumps;
  /** Absent: the whole database. */
  readonly schemas?: readonly string[];
}

/** A CronJob that dumps schemas or a database into a claim. The password comes from a Secret, by libpq's own variable. */
export const dumpJob = <Name>(args: DumpJobArgs<Name>) => {
  const { name, namespace, folder, connection, secret, dumps, schemas = [] } = args;
  const { schedule, timeZone, keep, image, user, claim } = dumps;
  const which = schemas.flatMap((schema) => ["-n", exactly(schema)]);
  const container = {
    name: "pg-dump",
    image,
    command: ["sh", "-c", SCRIPT, "dump", FOLDER, folder, String(keep), ...which],
    env: connectionVariables(LIBPQ, secret, undefined),
    securityContext: containerSecurity(),
    volumeMounts: [{ name: "dumps", mountPath: FOLDER }, trustMount],
  };
  return {
    metadata: { name, namespace, labels: labels(name, "dumps") },
    spec: {
      schedule,
      timeZone,
      concurrencyPolicy: "Forbid",
      successfulJobsHistoryLimit: 1,
      failedJobsHistoryLimit: 3,
      jobTemplate: {
        spec: {
          backoffLimit: 2,
          template: {
            metadata: { labels: { ...labels(name, "dumps"), [CONNECTION]: connection } },
            spec: {
              restartPolicy: "Never",
              automountServiceAccountToken: false,
              enableServiceLinks: false,
              securityContext: podSecurity(user),
              containers: [container],
              volumes: [{ name: "dumps", persistentVolumeClaim: { claimName: claim } }, trustVolume(secret)],
            },
          },
        },
      },
    },
  };
};
