import { stripVTControlCharacters } from "node:util";
import { formatBytes, formatDuration } from "@rehome/migration";
import { columns } from "../terminal/table";
import type { Paint } from "../terminal/terminal";
import { between, counted } from "../terminal/words";
import type { DatasetState, DatasetStatus, Verification } from "./dataset-status";
import type { Unread } from "./read-stack";

const STATE_PAINT: Readonly<Record<DatasetState, keyof Paint>> = {
  ...{ steady: "good", moved: "good", "rolled-back": "good", switched: "warn" },
  ...{ preparing: "busy", moving: "busy", interrupted: "warn", failed: "bad", "given-up": "warn" },
};
const PROOF_PAINT: Readonly<Record<Verification, keyof Paint>> = {
  ...{ verified: "good", "not verified": "warn", stale: "warn", different: "bad" },
};

/** `main/shop.billing → billing/billing.public`, or where it is at home. */
const whereabouts = ({ state, home, next, formerly, migration }: DatasetStatus): string => {
  if (migration?.state === "running" || state === "switched")
    return `${migration?.source ?? home} → ${migration?.target ?? next ?? ""}`;
  if (next !== null) return `${home} → ${next}`;
  return formerly === null ? home : `${formerly} → ${home}`;
};

const copied = ({ migration }: DatasetStatus): string[] => {
  if (migration === null || migration.tables.total === 0) return [];
  const { tables, bytes } = migration;
  if (migration.state !== "running") {
    const seconds = between(migration.startedAt, migration.switchedAt);
    const rows = migration.proof?.rows ?? 0;
    return [
      counted(tables.total, "table"),
      ...(rows > 0 ? [counted(rows, "row")] : []),
      formatBytes(bytes.total),
      ...(seconds === undefined ? [] : [`in ${formatDuration(seconds)}`]),
    ];
  }
  if (tables.done === tables.total) return [counted(tables.total, "table"), formatBytes(bytes.done)];
  return [
    `${tables.done} of ${counted(tables.total, "table")}`,
    `${formatBytes(bytes.done)} of ${formatBytes(bytes.total)}`,
  ];
};

const speed = ({ migration }: DatasetStatus): string[] => [
  ...(migration?.rate == null ? [] : [`${formatBytes(migration.rate)}/s`]),
  ...(migration?.secondsLeft == null ? [] : [`${formatDuration(migration.secondsLeft)} left`]),
];

const lagging = ({ replication }: DatasetStatus): string[] =>
  replication === null
    ? []
    : [
        replication.broken === null
          ? `follows, ${formatBytes(replication.lag)} behind`
          : `does not follow: ${replication.broken}`,
      ];

/** `copy, 3 of 12 tables, 1.2 GB of 3.4 GB, 110 MB/s, 20 s left` */
const progressText = (status: DatasetStatus): string => {
  const { state, migration } = status;
  if (state === "given-up") return "";
  const underWay = migration?.state === "running";
  const stage = underWay && state !== "preparing" ? [migration.stage] : [];
  const preparing = state === "preparing" && migration?.alive === true ? [migration.stage] : [];
  const built =
    underWay && migration.stage === "index"
      ? [`${migration.statements.done} of ${counted(migration.statements.total, "statement")}`]
      : [];
  return [...stage, ...preparing, ...copied(status), ...built, ...speed(status), ...lagging(status)].join(
    ", ",
  );
};

/** One dataset in a line, for logs: `billing: moving, copy, 3 of 12 tables, …`. */
export const statusLine = (status: DatasetStatus): string => {
  const { dataset, state, verification, fence } = status;
  const parts = [state, whereabouts(status), progressText(status)];
  const fenced = fence === null ? [] : [`fence ${fence.state}`];
  const proof = verification === null ? [] : [verification];
  return `${dataset}: ${[...parts, ...fenced, ...proof].filter((part) => part !== "").join(", ")}`;
};

const row = (status: DatasetStatus, paint: Paint): string[] => {
  const { dataset, state, verification, fence } = status;
  return [
    paint.strong(dataset),
    paint[STATE_PAINT[state]](state),
    whereabouts(status),
    progressText(status),
    fence?.state ?? "",
    verification === null ? "" : paint[PROOF_PAINT[verification]](verification),
  ];
};

const errors = (statuses: readonly DatasetStatus[], paint: Paint): string[] =>
  statuses.flatMap(({ dataset, state, migration }) =>
    state === "failed"
      ? ["", paint.bad(`${dataset} failed in ${migration?.stage}: ${migration?.error ?? ""}`)]
      : [],
  );

const unreadLines = (unread: readonly Unread[], paint: Paint): string[] =>
  unread.length === 0
    ? []
    : [
        "",
        ...unread.map(({ place, reason, code }) => paint.warn(`${place} is not known: ${reason} [${code}]`)),
      ];

const steps = (statuses: readonly DatasetStatus[], paint: Paint): string[] => {
  const all = statuses.filter(({ next_steps }) => next_steps.length > 0);
  const width = Math.max(0, ...all.map(({ dataset }) => dataset.length));
  const lines = all.flatMap(({ dataset, next_steps }) =>
    next_steps.map((step, at) => `  ${(at === 0 ? dataset : "").padEnd(width)}  ${step}`),
  );
  return lines.length === 0 ? [] : ["", paint.strong("Next"), ...lines];
};

const widest = (text: string): number =>
  Math.max(...text.split("\n").map((line) => stripVTControlCharacters(line).length));

/** Two lines for each dataset, where the table is too wide. */
const stacked = (statuses: readonly DatasetStatus[], paint: Paint): string => {
  const width = Math.max(...statuses.map(({ dataset }) => dataset.length));
  return statuses
    .flatMap((status) => {
      const { dataset, fence } = status;
      const [, state = "", where = "", progress = "", , proof = ""] = row(status, paint);
      const closed = fence === null ? "" : `fence ${fence.state}`;
      const below = [progress, closed, proof].filter((part) => part !== "").join(", ");
      const gap = " ".repeat(width - dataset.length + 2);
      const first = `${paint.strong(dataset)}${gap}${state}  ${where}`;
      return below === "" ? [first] : [first, `${" ".repeat(width + 2)}${below}`];
    })
    .join("\n");
};

/**
 * The whole view: a table, what failed, what is not known, and what to do next.
 * @param width columns that there are; a table that does not fit gives way to two lines for each dataset
 */
export const formatStatus = (
  statuses: readonly DatasetStatus[],
  unread: readonly Unread[],
  paint: Paint,
  width = Infinity,
): string => {
  if (statuses.length === 0)
    return ["no dataset yet: pulumi up creates them", ...unreadLines(unread, paint)].join("\n");
  const rows = statuses.map((status) => row(status, paint));
  const table = columns(["DATASET", "STATE", "WHERE", "PROGRESS", "FENCE", "PROOF"], rows, paint);
  const view = widest(table) <= width ? table : stacked(statuses, paint);
  return [view, ...errors(statuses, paint), ...unreadLines(unread, paint), ...steps(statuses, paint)].join(
    "\n",
  );
};
