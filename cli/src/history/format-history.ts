import { formatBytes, formatDuration, type MigrationRecord } from "@rehome/migration";
import { columns } from "../terminal/table";
import type { Paint } from "../terminal/terminal";
import { between, clock, counted } from "../terminal/words";
import type { MigrationHistory } from "./history";

interface Moment {
  readonly at: string;
  readonly what: string;
  readonly about: string;
}

const moments = (migration: MigrationHistory): Moment[] => {
  const { events, fencedAt, switchedAt, endedAt, state, strategy } = migration;
  const fixed = [
    { at: fencedAt, what: "fenced", about: `nobody writes to ${migration.source} from here on` },
    {
      at: switchedAt,
      what: "switched",
      about: `${migration.target} is home${strategy === "reopen" ? " again" : ""}`,
    },
    { at: state === "retired" ? endedAt : null, what: "retired", about: `${migration.source} is given up` },
  ];
  return [
    ...events.map(({ at, stage, message }) => ({ at, what: stage, about: message })),
    ...fixed.flatMap(({ at, ...rest }) => (at === null ? [] : [{ at, ...rest }])),
  ].sort((a, b) => (a.at < b.at ? -1 : 1));
};

const proofOf = ({ clean }: MigrationRecord): string =>
  clean === null ? "not verified" : clean ? "verified" : "different";

/** `copy, switched, 2 tables, 20,100 rows, 14.9 MB, in 23 s, fenced for 16 s, verified` */
const summary = (migration: MigrationRecord): string => {
  const { strategy, state, attempt, tables, bytes, proof, startedAt, fencedAt, switchedAt } = migration;
  if (strategy === "reopen") return [strategy, state].join(", "); // nothing has moved
  const took = between(startedAt, switchedAt);
  const fenced = between(fencedAt, switchedAt);
  return [
    ...[strategy, state, counted(tables.total, "table")],
    ...(proof !== null && proof.rows > 0 ? [counted(proof.rows, "row")] : []),
    formatBytes(bytes.total),
    ...(attempt > 1 ? [`${attempt} attempts`] : []),
    ...(took === undefined ? [] : [`in ${formatDuration(took)}`]),
    ...(fenced === undefined ? [] : [`fenced for ${formatDuration(fenced)}`]),
    proofOf(migration),
  ].join(", ");
};

const one = (migration: MigrationHistory, paint: Paint): string => {
  const { dataset, source, target, error } = migration;
  const rows = moments(migration).map(({ at, what, about }) => [
    `  ${clock(at)}`,
    `+${formatDuration(between(migration.startedAt, at) ?? 0)}`,
    what,
    about,
  ]);
  const table = columns(["  TIME (UTC)", "AFTER", "STAGE", "WHAT"], rows, paint, ["AFTER"]);
  return [
    `${paint.strong(dataset)}: ${source} → ${target}`,
    `  ${summary(migration)}`,
    ...(rows.length === 0 ? [] : [table]),
    ...(error === null ? [] : [`  ${paint.bad(`the last attempt failed: ${error}`)}`]),
  ].join("\n");
};

/** All migrations, each with its moments. */
export const formatHistory = (migrations: readonly MigrationHistory[], paint: Paint): string =>
  migrations.length === 0
    ? "nothing has moved yet."
    : migrations.map((migration) => one(migration, paint)).join("\n\n");
