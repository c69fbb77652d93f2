import type { Plan } from "../types";

const UNITS = ["B", "kB", "MB", "GB", "TB"];

/** `2.4 GB`, in powers of 1000 as disks and networks are sold. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

/** `~12,300`. */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}

/** `45 s`, `3 min`, `2.5 h`. */
export function formatDuration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

const SHOWN: readonly (readonly [kind: string, plural: string])[] = [
  ["partitioned table", "partitioned tables"],
  ["index", "indexes"],
  ["constraint", "constraints"],
  ["view", "views"],
  ["materialized view", "materialized views"],
  ["function", "functions"],
  ["trigger", "triggers"],
  ["sequence", "sequences"],
  ["type", "types"],
  ["policy", "policies"],
  ["large object", "large objects"],
];

const proof = ({ strategy }: Plan): string =>
  strategy === "set-schema"
    ? "the same files under the new names, sequences and catalog, in the transaction that moves them"
    : "count and hash of every table, sequences and catalog on both sides, before the hand-out";

const wayBack = ({ strategy, from }: Plan): string =>
  strategy === "set-schema"
    ? `swap \`home\` and \`formerly\`: the tables go back into ${from}, which stays closed and empty until \`formerly\` is deleted`
    : `${from} stays complete and fenced until \`formerly\` is deleted`;

/** The plan as the preview prints it: a few aligned lines. */
export function formatPlan(plan: Plan): string {
  const objects = SHOWN.flatMap(([kind, plural]) => {
    const count = plan.objects[kind] ?? 0;
    return count === 0 ? [] : [`${formatCount(count)} ${count === 1 ? kind : plural}`];
  });
  const rowsText = plan.rows === 0 ? "" : `, ~${formatCount(plan.rows)} rows`;
  const lines = [
    `${plan.dataset}: ${plan.from} → ${plan.to}`,
    `  strategy  ${plan.strategy}: ${plan.because}`,
    `  data      ${formatCount(plan.tables)} ${plan.tables === 1 ? "table" : "tables"}${rowsText}, ${formatBytes(plan.bytes)}`,
    ...(objects.length === 0 ? [] : [`  objects   ${objects.join(", ")}`]),
    `  fence     about ${formatDuration(plan.fenceSeconds)}, in which the service cannot write`,
    `  proof     ${proof(plan)}`,
    `  way back  ${wayBack(plan)}`,
    ...plan.findings.map(
      (finding) =>
        `  ${finding.level === "blocker" ? "BLOCKER" : "warning"}   ${finding.message} ${finding.remedy} [${finding.code}]`,
    ),
  ];
  return lines.join("\n");
}
