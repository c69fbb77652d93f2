import type pg from "pg";
import { all } from "../all";
import { RehomeError } from "../errors";
import { dumpVersion } from "../ddl/dump";
import { loadGrammar } from "../ddl/grammar";
import { placementName } from "../naming";
import { withSession, withSessionIfThere } from "../sql/connect";
import type { Declared, Endpoint, MoveRequest, Plan, Strategy } from "../types";
import { inspectSource, inspectTarget, inspectTogether } from "./inspect-ends";
import type { SourceInspection, TargetInspection } from "./finding";
import { followPlan } from "./followed";
import { diskNeeded } from "./needs";
import { preflight } from "./preflight";
import { chooseStrategy, restartsForLoad } from "./strategy";

/** A move whose target server may still be to be created. */
export type PlanRequest = Omit<MoveRequest, "to"> &
  Declared & { readonly to: Omit<Endpoint, "server"> & { readonly server?: Endpoint["server"] } };

/** Bytes per second that each strategy is expected to reach with its verification, where none has been measured. */
const EXPECTED_RATE: Readonly<Record<Strategy, number>> = {
  copy: 30_000_000,
  follow: 30_000_000,
  template: 120_000_000,
  "set-schema": Infinity,
};
/** Seconds that fencing, sequences and the hand-out take beside the data. */
const OVERHEAD = 1;

/**
 * Plain arithmetic over the inspections.
 * @param dumpVersion the major version of the `pg_dump` at hand
 */
export function makePlan(
  request: PlanRequest,
  source: SourceInspection,
  target: TargetInspection | undefined,
  dumpVersion: number,
): Plan {
  const tables = source.relations.filter((relation) => relation.kind === "r");
  const bytes = tables.reduce((sum, table) => sum + table.bytes, 0);
  const objects: Record<string, number> = {};
  for (const { kind } of source.entries) objects[kind] = (objects[kind] ?? 0) + 1;
  const kinds: Record<string, string> = { v: "view", m: "materialized view", p: "partitioned table" };
  for (const { kind } of source.relations) {
    const name = kinds[kind];
    if (name !== undefined) objects[name] = (objects[name] ?? 0) + 1;
  }
  if (source.largeObjects.mine.length > 0) objects["large object"] = source.largeObjects.mine.length;
  const to = request.to as MoveRequest["to"];
  const { strategy, because } = chooseStrategy(request, source, target);
  const others =
    strategy === "follow" ? followPlan({ request: { ...request, to }, source, target }).others : [];
  const fenced = strategy === "follow" ? others.reduce((sum, table) => sum + table.bytes, 0) : bytes;
  const measured = target?.rates[strategy];
  const { data, wal } = diskNeeded(strategy, source, target);
  return {
    dataset: request.dataset,
    from: placementName(request.from),
    to: placementName(request.to),
    strategy,
    because,
    tables: tables.length,
    rows: tables.reduce((sum, table) => sum + table.rows, 0),
    bytes,
    diskBytes: data + wal,
    ...(target?.disk === undefined ? {} : { diskFree: target.disk.data }),
    objects,
    fenceSeconds: Math.ceil(OVERHEAD + fenced / (measured ?? EXPECTED_RATE[strategy])),
    ...(measured === undefined ? {} : { measuredRate: measured }),
    ...(restartsForLoad(request, { bytes, tables: tables.length }) ? { restarts: true } : {}),
    findings: preflight({ request: { ...request, to }, strategy, source, target, dumpVersion }),
    fingerprint: source.fingerprint,
  };
}

/**
 * What a move would do, and what forbids it. Reads only; a target server or database that does not exist yet is left
 * out of account.
 * @throws RehomeError `unreachable`, `authentication-failed`, `database-missing`, `schema-missing` of the old home
 */
export async function planMove(request: PlanRequest): Promise<Plan> {
  await loadGrammar();
  const { server, database } = request.from;
  const ends = withSession(server, database, async (source) => {
    const reading = inspectSource(source, request as MoveRequest);
    // Of two errors, the one about where the data is now comes first.
    const [seen, both] = await all([
      reading,
      ifThere(request, async (target, whole) => {
        const found = await inspectTarget(target, whole);
        return await inspectTogether({ source, target }, await reading, found);
      }),
    ]);
    return both ?? { source: seen, target: undefined };
  });
  const [{ source, target }, version] = await all([ends, dumpVersion()]);
  return makePlan(request, source, target, version);
}

/** Runs `work` with a session in the new home. The stack declares its database: in a preview it may be still to come. */
async function ifThere<T>(
  { to, ...request }: PlanRequest,
  work: (client: pg.Client, request: MoveRequest) => Promise<T>,
): Promise<T | undefined> {
  const { server } = to;
  if (server === undefined) return undefined;
  return await withSessionIfThere(server, to.database, (client) =>
    work(client, { ...request, to: { ...to, server } }),
  );
}

/** @throws RehomeError `blocked` with every blocker's message, remedy and code */
export function refuseBlocked(plan: Plan): void {
  const blockers = plan.findings.filter((finding) => finding.level === "blocker");
  if (blockers.length === 0) return;
  const lines = blockers.map((finding) => `${finding.message} ${finding.remedy} [${finding.code}]`);
  throw new RehomeError(
    "blocked",
    `${plan.dataset} cannot move from ${plan.from} to ${plan.to}:\n  ${lines.join("\n  ")}`,
  );
}
