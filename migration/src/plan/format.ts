import type { Finding, Plan, Strategy } from "../types";
import { formatBytes, formatCount, formatDuration } from "./units";

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

const PROOF: Readonly<Record<Strategy, string>> = {
  copy: "count and hash of every table, sequences and catalog on both sides, before the hand-out",
  template: "count and hash of every table, sequences and catalog on both sides, before the hand-out",
  "set-schema":
    "the same files under the new names, sequences and catalog, in the transaction that moves them",
  follow:
    "all rows compared before the fence while clients write; after the hand-out, count and hash of every table as it was then",
};

const wayBack = ({ strategy, from }: Plan): string => {
  if (strategy === "set-schema")
    return `swap \`home\` and \`formerly\`: the tables go back into ${from}, which stays closed and empty until \`formerly\` is deleted`;
  if (strategy === "follow")
    return `swap \`home\` and \`formerly\`: ${from} stays fenced, and once the move is proved has everything written since`;
  return `${from} stays complete and fenced until \`formerly\` is deleted`;
};

/** How much the new home's disk takes, and what is known of its room. */
function disk({ diskBytes, diskFree }: Plan): string[] {
  if (diskBytes === 0) return [];
  const room =
    diskFree === undefined ? "how much is free there is not known" : `${formatBytes(diskFree)} are free`;
  return [`  disk      about ${formatBytes(diskBytes)} in the new home; ${room}`];
}

/** Findings, blockers first: those of one code and remedy stand together, each on a line, with the remedy below. */
function formatFindings(findings: readonly Finding[]): string[] {
  const groups = new Map<string, Finding[]>();
  for (const level of ["blocker", "warning"]) {
    for (const finding of findings.filter((each) => each.level === level)) {
      const key = JSON.stringify([level, finding.code, finding.remedy]);
      groups.set(key, [...(groups.get(key) ?? []), finding]);
    }
  }
  return [...groups.values()].flatMap((group) => {
    const { level, remedy, code } = group[0] as Finding;
    const title = level === "blocker" ? "BLOCKER" : "warning";
    return [
      ...group.map(({ message }, at) => `  ${at === 0 ? title : " ".repeat(title.length)}   ${message}`),
      `            ${remedy} [${code}]`,
    ];
  });
}

const RESTARTS =
  "  server    the new home's own: restarts with wal_level = minimal for the load, and as declared before the hand-out";

const measured = ({ measuredRate }: Plan): string =>
  measuredRate === undefined
    ? ""
    : `; by the ${formatBytes(measuredRate)}/s of the last moves into this database`;

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
    `  fence     about ${formatDuration(plan.fenceSeconds)}, in which the service cannot write${measured(plan)}`,
    ...disk(plan),
    ...(plan.restarts === true ? [RESTARTS] : []),
    `  proof     ${PROOF[plan.strategy]}`,
    `  way back  ${wayBack(plan)}`,
    ...formatFindings(plan.findings),
  ];
  return lines.join("\n");
}
